"""Lookups that ask the controller's environment, its programs, and the network."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opsengine.errors import TemplateError
from opsengine.templating.filters._guard import takes_undefined
from opsengine.templating.lookups.base import Variables, is_true, text_term

if TYPE_CHECKING:
    import urllib.request


@takes_undefined
def env(terms: list[Any], variables: Variables, *, default: Any = "") -> list[Any]:
    """The value of variables of the controller's environment, the default for those that are not set."""
    names = [text_term("env", term).split()[0] for term in terms]
    return [os.environ.get(name, default) for name in names]


def _output(name: str, command: str, variables: Variables) -> str:
    import subprocess

    folder = variables.get("playbook_dir")
    done = subprocess.run(command, shell=True, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
        said = f": {' / '.join(last)}" if last else ""
        raise TemplateError(f"lookup `{name}`: the command ended with exit code {done.returncode}{said}")
    return done.stdout.decode("utf-8", "surrogateescape")


def pipe(terms: list[Any], variables: Variables) -> list[str]:
    """The output of commands on the controller, by its shell in the playbook's folder, stripped at the end."""
    return [_output("pipe", str(term), variables).rstrip() for term in terms]


def lines(terms: list[Any], variables: Variables) -> list[str]:
    """The lines of the output of commands on the controller."""
    return [line for term in terms for line in _output("lines", str(term), variables).splitlines()]


def url(
    terms: list[Any],
    variables: Variables,
    *,
    split_lines: Any = True,
    validate_certs: Any = True,
    use_proxy: Any = True,
    username: str | None = None,
    password: str | None = None,
    force_basic_auth: Any = False,
    headers: Mapping[str, str] | None = None,
    force: Any = False,
    timeout: Any = 10,
    http_agent: str = "ansible-httpget",
    ca_path: str | None = None,
) -> list[str]:
    """
    What URLs give, line by line, or each as one text without `split_lines`.

    timeout: in seconds. Raises TemplateError without the password that a URL may hold.
    """
    import urllib.error
    import urllib.request

    sent = {"User-Agent": str(http_agent), **(headers or {})}
    if is_true(force):
        sent.setdefault("Cache-Control", "no-cache")
    login = (str(username), str(password or "")) if username else None
    opener = _opener(is_true(validate_certs), is_true(use_proxy), ca_path)
    result: list[str] = []
    for term in terms:
        address, own = _without_login(text_term("url", term))
        request = _request(address, sent, login or own)
        try:
            with opener.open(request, timeout=float(timeout)) as response:
                text = response.read().decode("utf-8", "surrogateescape")
        except urllib.error.HTTPError as error:
            raise TemplateError(f"lookup `url`: {address} answers {error.code} {error.reason}") from None
        except OSError as error:
            raise TemplateError(f"lookup `url`: {address}: {getattr(error, 'reason', error)}") from None
        result.extend(text.splitlines() if is_true(split_lines) else [text])
    return result


def _without_login(address: str) -> tuple[str, tuple[str, str] | None]:
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(address)
    if parts.scheme not in ("http", "https", "ftp", "file"):
        raise TemplateError(f"lookup `url`: `{parts.scheme}` is no scheme of a URL, expected http or https")
    if parts.username is None:
        return address, None
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return bare, (unquote(parts.username), unquote(parts.password or ""))


def _request(address: str, headers: Mapping[str, str], login: tuple[str, str] | None) -> urllib.request.Request:
    import base64
    import urllib.request

    request = urllib.request.Request(address, headers=dict(headers))
    if login:
        # Not sent on to where a redirection leads.
        token = base64.b64encode(":".join(login).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {token}")
    return request


def _opener(validate: bool, proxy: bool, ca_path: str | None) -> urllib.request.OpenerDirector:
    import ssl
    import urllib.request

    context = ssl.create_default_context(cafile=ca_path)
    if not validate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=context)]
    if not proxy:
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


LOOKUPS = {"env": env, "lines": lines, "pipe": pipe, "url": url}
