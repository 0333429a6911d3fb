"""Fetches keys and the like: small things, over HTTP, HTTPS, FTP or from a file."""

import http.client
import ssl
import urllib.error
import urllib.request

from modules.kit import ModuleFailed
from modules.net._http import AGENT, masked

LARGEST = 32 << 20
HINT = "can the host reach it? A proxy is taken from http_proxy and https_proxy of the task's environment"


def fetch(url, what, validate_certs=True, timeout=30):
    """
    The bytes at a URL.

    what: what it is, for the error. validate_certs: whether a server's certificate has to be good. timeout: how many
    seconds the server may be silent. Raises ModuleFailed where they cannot be had, or are more than 32 MiB.
    """
    tls = ssl.create_default_context()
    if not validate_certs:
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    try:
        request = urllib.request.Request(url, headers={"User-Agent": AGENT})
        with urllib.request.urlopen(request, timeout=timeout, context=tls) as answer:
            data = answer.read(LARGEST + 1)
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", None)
        said = "HTTP %d %s" % (error.code, reason) if isinstance(error, urllib.error.HTTPError) else reason or error
        raise ModuleFailed("%s cannot be fetched from %s: %s" % (what, masked(url), said), hint=HINT)
    if len(data) > LARGEST:
        raise ModuleFailed("%s is larger than 32 MiB: %s" % (what, masked(url)), hint="is it the right address?")
    return data
