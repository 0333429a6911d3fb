"""Logging in: the key that is named, the agent's, the usual ones, a password. Says what was tried."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from opsengine.connection.settings import Settings, ssh_folder
from opsengine.errors import Unreachable

if TYPE_CHECKING:
    import paramiko

USUAL_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")


def log_in(transport: paramiko.Transport, settings: Settings) -> None:
    """Authenticate; raises Unreachable (kind `authentication`) naming what was tried and what the host accepts."""
    import paramiko

    tried: list[str] = []
    accepted: list[str] = []
    transport.auth_timeout = settings.timeout
    for name, key in _keys(settings, tried):
        tried.append(name)
        try:
            further = transport.auth_publickey(settings.user, key)
        except paramiko.BadAuthenticationType as error:
            accepted = list(error.allowed_types)
            break
        except paramiko.AuthenticationException:
            if not transport.is_active():
                break
            continue
        if not further:
            return
    if settings.password and transport.is_active():
        if _by_password(transport, settings, accepted):
            return
        tried.append("password")
    raise _refused(settings, tried, accepted)


def _by_password(transport: paramiko.Transport, settings: Settings, accepted: list[str]) -> bool:
    import paramiko

    try:
        return not transport.auth_password(settings.user, settings.password, fallback=True)
    except paramiko.BadAuthenticationType as error:
        accepted[:] = error.allowed_types
    except paramiko.AuthenticationException:
        pass
    return False


def _keys(settings: Settings, tried: list[str]) -> Iterator[tuple[str, paramiko.PKey]]:
    import paramiko

    key: paramiko.PKey
    if settings.key_file:
        path = Path(settings.key_file).expanduser()
        yield str(path), _read_key(path)
        if settings.identities_only:
            return
    agent = paramiko.Agent()
    try:
        for key in agent.get_keys():
            yield f"agent's {key.get_name()} {key.fingerprint}", key
    finally:
        agent.close()
    for name in () if settings.key_file or settings.password else USUAL_KEYS:
        path = ssh_folder() / name
        if path.is_file():
            try:
                key = _read_key(path)
            except Unreachable as error:
                tried.append(f"{path} ({error.message})")
                continue
            yield str(path), key


def _read_key(path: Path) -> paramiko.PKey:
    import paramiko

    try:
        return paramiko.PKey.from_path(path)
    except FileNotFoundError:
        hint = "ansible_ssh_private_key_file or --private-key names it"
        raise Unreachable(f"there is no key file {path}", kind="authentication", hint=hint) from None
    except PermissionError:
        raise Unreachable(f"the key file {path} cannot be read: permission denied", kind="authentication") from None
    except (paramiko.PasswordRequiredException, TypeError):
        hint = "load it into an agent: ssh-add"
        raise Unreachable(f"the key {path} is protected by a passphrase", kind="authentication", hint=hint) from None
    except Exception as error:
        raise Unreachable(f"{path} is no private key that can be used: {error}", kind="authentication") from None


def _refused(settings: Settings, tried: list[str], accepted: list[str]) -> Unreachable:
    what = ", ".join(tried) if tried else "nothing: there is no key and no password"
    said = f"; the host accepts {', '.join(accepted)}" if accepted else ""
    return Unreachable(
        f"{settings.host} does not let {settings.user} in; tried: {what}{said}",
        kind="authentication",
        hint="set ansible_user, ansible_ssh_private_key_file or --ask-pass, or add the key to its authorized_keys",
    )
