"""Lookups that ask the controller's environment, its programs, and the network."""

from __future__ import annotations

import os
from typing import Any

from opsengine.errors import TemplateError
from opsengine.templating.filters._guard import takes_undefined
from opsengine.templating.lookups.base import Variables, is_true, text_term
from opsengine.templating.undefined import UNSET, Missing


@takes_undefined
def env(terms: list[Any], variables: Variables, *, default: Any = "") -> list[Any]:
    """The value of variables of the controller's environment, the default for those that are not set."""
    names = [text_term("env", term).split()[0] for term in terms]
    if isinstance(default, Missing) and default._undefined_hint == UNSET:
        return [os.environ.get(name, Missing(hint=f"The environment variable '{name}' is not set")) for name in names]
    return [os.environ.get(name, default) for name in names]


def _output(name: str, command: str, variables: Variables) -> str:
    import subprocess

    folder = variables.get("playbook_dir")
    done = subprocess.run(command, shell=True, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
        said = f": {' / '.join(last)}" if last else ""
        raise TemplateError(f"the command returned {done.returncode}{said}")
    return done.stdout.decode("utf-8", "surrogateescape")


def pipe(terms: list[Any], variables: Variables) -> list[str]:
    """The output of commands on the controller, by its shell in the playbook's folder, stripped at the end."""
    return [_output("pipe", str(term), variables).rstrip() for term in terms]


def lines(terms: list[Any], variables: Variables) -> list[str]:
    """The lines of the output of commands on the controller."""
    return [line for term in terms for line in _output("lines", str(term), variables).splitlines()]


LOGIN = {"username": "url_username", "password": "url_password"}
FROM_VARIABLES = {
    "agent": "http_agent",
    "ca_path": "ca_path",
    "ciphers": "ciphers",
    "follow_redirects": "follow_redirects",
    "force": "force",
    "force_basic_auth": "force_basic_auth",
    "timeout": "timeout",
    "unix_socket": "unix_socket",
    "unredir_headers": "unredirected_headers",
    "use_gssapi": "use_gssapi",
    "use_netrc": "use_netrc",
}
"""What `ansible_lookup_url_*` variables and ANSIBLE_LOOKUP_URL_* in the environment set, and the option's name."""


def url(
    terms: list[Any],
    variables: Variables,
    *,
    split_lines: Any = True,
    validate_certs: Any = True,
    use_proxy: Any = True,
    username: Any = None,
    password: Any = None,
    headers: Any = None,
    force: Any = None,
    timeout: Any = None,
    http_agent: Any = None,
    force_basic_auth: Any = None,
    follow_redirects: Any = None,
    use_gssapi: Any = None,
    use_netrc: Any = None,
    unix_socket: Any = None,
    ca_path: Any = None,
    unredirected_headers: Any = None,
    ciphers: Any = None,
) -> list[str]:
    """
    What URLs give, line by line, or each as one text without `split_lines`; options as those of the module `uri`.

    Raises TemplateError without the password that a URL may hold.
    """
    given = dict(locals())
    options = {name: value for name, value in given.items() if name not in ("terms", "variables", "split_lines")}
    for name, option in FROM_VARIABLES.items():
        if options[option] is None:
            variable = f"ansible_lookup_url_{name}"
            options[option] = variables.get(variable, os.environ.get(variable.upper()))
    if options["timeout"] is not None:
        options["timeout"] = max(1, round(float(options["timeout"])))
    result: list[str] = []
    for term in terms:
        text = _fetched(text_term("url", term), {name: value for name, value in options.items() if value is not None})
        result.extend(text.splitlines() if is_true(split_lines) else [text])
    return result


def _fetched(address: str, options: dict[str, Any]) -> str:
    from opsengine.agent.library import make_importable

    make_importable()
    from modules.kit import ModuleFailed
    from modules.net._http import _Requests

    further = {name: options.pop(name) for name in ("follow_redirects", "unix_socket") if name in options}
    fresh = is_true(options.pop("force", False))
    given = {LOGIN.get(name, name): value for name, value in options.items()}
    try:
        requests = _Requests({"url": address, **given}, None)
        vars(requests).update(further)
        answer = requests.request("GET", fresh=fresh)
        if answer.status is not None and answer.status >= 300:
            raise TemplateError(f"Received HTTP error for {answer.url}: {answer.message}")
        content: bytes = answer.content()
    except ModuleFailed as error:
        raise TemplateError(f"Failed lookup url: {error}", hint=error.hint) from None
    return content.decode("utf-8", "surrogateescape")


LOOKUPS = {"env": env, "lines": lines, "pipe": pipe, "url": url}
