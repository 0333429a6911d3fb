"""Writes the body of a form with files (RFC 7578)."""

import base64
import mimetypes
import os
import uuid

from modules.kit import ModuleFailed


def multipart(fields):
    """
    (the content type, the body) of a form: {name: text or {filename, content, mime_type}}.

    A field with a filename and no content holds that file of this host. Raises ModuleFailed.
    """
    if not isinstance(fields, dict):
        raise _wrong("Mapping is required, cannot be type %s" % type(fields).__name__)
    boundary = uuid.uuid4().hex
    parts = []
    for name, value in fields.items():
        data, kind, filename = _part(name, value)
        head = 'Content-Disposition: form-data; name="%s"' % _quoted(name)
        if filename:
            head += '; filename="%s"' % _quoted(os.path.basename(filename))
        if kind:
            head += "\r\nContent-Type: %s" % kind
        parts.append(("--%s\r\n%s\r\n\r\n" % (boundary, head)).encode("utf-8") + data + b"\r\n")
    parts.append(("--%s--\r\n" % boundary).encode())
    return "multipart/form-data; boundary=%s" % boundary, b"".join(parts)


def _part(name, value):
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape"), None, None
    if not isinstance(value, dict):
        raise _wrong("value must be a string, or mapping, cannot be type %s" % type(value).__name__)
    filename, content = value.get("filename"), value.get("content")
    if not filename and content is None:
        raise ModuleFailed(
            "failed to parse body as form-multipart: at least one of filename or content must be provided"
        )
    kind = value.get("mime_type")
    if kind is None and filename:
        kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    if "_base64" in value:
        return base64.b64decode(value["_base64"]), kind, filename
    if content is not None:
        return str(content).encode("utf-8", "surrogateescape"), kind or "text/plain", filename
    try:
        with open(filename, "rb") as file:
            return file.read(), kind, filename
    except OSError as error:
        raise ModuleFailed("the file of the field %s cannot be read: %s" % (name, error))


def _wrong(message):
    return ModuleFailed("failed to parse body as form-multipart: " + message)


def _quoted(text):
    return str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\r", "%0D").replace("\n", "%0A")
