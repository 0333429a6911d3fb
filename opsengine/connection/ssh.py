"""Hosts over SSH, by paramiko (https://docs.paramiko.org), which is imported when the first connection is made."""

from __future__ import annotations

import contextlib
import functools
import getpass
import os
import socket
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from opsengine.connection import known_hosts
from opsengine.connection.settings import CHECKING, Settings, ssh_folder
from opsengine.connection.ssh_login import log_in
from opsengine.errors import Unreachable

if TYPE_CHECKING:
    import paramiko

KEEPALIVE = 15
SYSTEM_KNOWN_HOSTS = ("/etc/ssh/ssh_known_hosts",)
FAST_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr")
FAST_KEX = ("curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256")


class SshChannel:
    """One command on a host."""

    def __init__(self, channel: paramiko.Channel, patience: float) -> None:
        self._channel = channel
        channel.settimeout(patience)

    def send(self, data: bytes) -> None:
        """Write all bytes; a host that stops taking them is lost."""
        try:
            self._channel.sendall(data)
        except (OSError, EOFError) as error:
            raise Unreachable(f"the host takes no more data: {error or 'connection closed'}", kind="lost") from None

    def receive(self) -> bytes:
        """Wait for bytes."""
        while True:
            try:
                return self._channel.recv(1 << 18)
            except TimeoutError:
                continue
            except OSError:
                return b""

    def exit_code(self) -> int | None:
        """The exit code of the command, where the host has sent one."""
        self._channel.status_event.wait(5)
        return self._channel.exit_status if self._channel.exit_status >= 0 else None

    def close(self) -> None:
        """Close the channel, which ends the command's input."""
        with contextlib.suppress(Exception):
            self._channel.close()


class SshConnection:
    """One host over SSH. silence: seconds after which a host that takes no data is lost."""

    def __init__(self, settings: Settings, silence: float = 30.0) -> None:
        self.settings = settings
        self._silence = silence
        self._transport: paramiko.Transport | None = None
        self._jump: SshConnection | None = None
        self._lock = threading.Lock()

    def open(self, command: str) -> SshChannel:
        """Start a command on the host, connecting first where that has not been done."""
        transport = self.transport()
        try:
            channel = transport.open_session(timeout=self.settings.timeout)
            channel.set_combine_stderr(True)
            channel.exec_command(command)
        except Exception as error:
            raise Unreachable(f"the host accepts no command: {error}", kind="lost") from None
        return SshChannel(channel, self._silence)

    def transport(self) -> paramiko.Transport:
        """The authenticated connection."""
        with self._lock:
            if self._transport is None or not self._transport.is_active():
                self._transport = self._connect()
            return self._transport

    def _connect(self) -> paramiko.Transport:
        import paramiko

        settings = configured(self.settings)
        port = settings.port or 22
        line = self._line(settings, port)
        transport = paramiko.Transport(line)
        try:
            entries = _entries(settings, port)
            _prefer(transport, [entry.key_type for entry in entries])
            transport.start_client(timeout=settings.timeout)
            _check_key(transport, settings, port, entries)
            log_in(transport, settings)
        except BaseException as error:
            transport.close()
            if isinstance(error, Unreachable) or not isinstance(error, Exception):
                raise
            raise _handshake_failure(error, settings, port) from None
        transport.set_keepalive(KEEPALIVE)
        return transport

    def _line(self, settings: Settings, port: int) -> Any:
        if settings.proxy_jump and settings.proxy_jump.lower() != "none":
            self._jump = jump_host(settings)
            try:
                return self._jump.transport().open_channel(
                    "direct-tcpip", (settings.host, port), ("127.0.0.1", 0), timeout=settings.timeout
                )
            except Unreachable as error:
                raise Unreachable(
                    f"jump host {self._jump.settings.host}: {error.message}", kind=error.kind, hint=error.hint
                ) from None
            except Exception as error:
                where = f"{settings.host}:{port}"
                raise Unreachable(
                    f"jump host {self._jump.settings.host} cannot reach {where}: {error}", kind="network"
                ) from None
        if settings.proxy_command and settings.proxy_command.lower() != "none":
            import paramiko

            return paramiko.ProxyCommand(settings.proxy_command)
        return dialled(settings.host, port, settings.timeout)

    def close(self) -> None:
        """End the connection."""
        with self._lock:
            transport, self._transport, self._jump = self._transport, None, None
        if transport is not None:
            with contextlib.suppress(Exception):
                transport.close()


def dialled(host: str, port: int, timeout: float) -> socket.socket:
    """A TCP connection; raises Unreachable that tells name, refused, timeout and network apart."""
    where = f"{host}:{port}"
    try:
        line = socket.create_connection((host, port), timeout)
    except socket.gaierror as error:
        hint = "check the spelling, or set ansible_host to an address"
        raise Unreachable(f"the name {host} cannot be resolved: {error.strerror}", kind="name", hint=hint) from None
    except ConnectionRefusedError:
        hint = "is sshd running there, and is ansible_port right?"
        raise Unreachable(f"{where} refuses connections", kind="refused", hint=hint) from None
    except TimeoutError:
        hint = "is the host up, and does a firewall let you in? --timeout sets how long to wait"
        raise Unreachable(f"{where} did not answer within {timeout:g} seconds", kind="timeout", hint=hint) from None
    except OSError as error:
        raise Unreachable(f"{where} cannot be reached: {error.strerror or error}", kind="network") from None
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


_jumps: WeakValueDictionary[Settings, SshConnection] = WeakValueDictionary()
_jumps_lock = threading.Lock()


def jump_host(settings: Settings) -> SshConnection:
    """The connection to the host to jump over: one for all hosts behind it. Of several, each is behind the last."""
    *before, last = settings.proxy_jump.split(",")
    user, _, address = last.strip().removeprefix("ssh://").rpartition("@")
    host, port = address, None
    if address.count(":") == 1:
        host, _, text = address.partition(":")
        port = int(text) if text.isdigit() else None
    own = replace(
        settings, host=host, port=port, user=user, proxy_jump=",".join(before), proxy_command="", interpreter=None
    )
    with _jumps_lock:
        connection = _jumps.get(own)
        if connection is None:
            connection = _jumps[own] = SshConnection(own)
        return connection


@functools.lru_cache(maxsize=16)
def _config(path: str) -> paramiko.SSHConfig | None:
    import paramiko

    file = Path(path).expanduser()
    if not file.is_file():
        return None
    try:
        return paramiko.SSHConfig.from_path(str(file))
    except Exception as error:
        raise Unreachable(f"{file} cannot be read: {error}", kind="settings") from None


def configured(settings: Settings) -> Settings:
    """The settings with what the ssh configuration says where they say nothing."""
    config = _config(settings.config or str(ssh_folder() / "config"))
    said: dict[str, Any] = dict(config.lookup(settings.host)) if config else {}
    host = str(said.get("hostname", settings.host))
    keys = said.get("identityfile") or []
    files = said.get("userknownhostsfile")
    wide = said.get("globalknownhostsfile")
    checking = settings.host_key_checking or CHECKING.get(str(said.get("stricthostkeychecking", "yes")).lower(), "yes")
    return replace(
        settings,
        host=host,
        port=settings.port or int(said.get("port", 22)),
        user=settings.user or str(said.get("user", "")) or getpass.getuser(),
        key_file=settings.key_file or (keys[0] if keys else ""),
        known_hosts=settings.known_hosts or (tuple(files.split()) if files else (str(ssh_folder() / "known_hosts"),)),
        global_known_hosts=settings.global_known_hosts or (tuple(wide.split()) if wide else SYSTEM_KNOWN_HOSTS),
        host_key_checking=checking,
        proxy_jump=settings.proxy_jump or str(said.get("proxyjump", "")),
        proxy_command=settings.proxy_command or str(said.get("proxycommand", "")),
        identities_only=settings.identities_only or str(said.get("identitiesonly", "no")).lower() == "yes",
    )


def _entries(settings: Settings, port: int) -> list[known_hosts.Entry]:
    name = known_hosts.name_of(settings.host, port)
    files = (*(settings.known_hosts or ()), *(settings.global_known_hosts or ()))
    return [entry for file in files if file != os.devnull for entry in known_hosts.read(file).of(name)]


def _prefer(transport: paramiko.Transport, known_types: list[str]) -> None:
    """Offer first what is fast, and the key types that are known of the host, as OpenSSH does."""
    options = transport.get_security_options()
    wanted = ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] if "ssh-rsa" in known_types else []
    types = [kind for kind in [*known_types, *wanted] if kind in options.key_types]
    options.key_types = tuple(dict.fromkeys([*types, *options.key_types]))
    options.ciphers = tuple(dict.fromkeys([*(c for c in FAST_CIPHERS if c in options.ciphers), *options.ciphers]))
    options.kex = tuple(dict.fromkeys([*(k for k in FAST_KEX if k in options.kex), *options.kex]))


def _check_key(transport: paramiko.Transport, settings: Settings, port: int, entries: list[known_hosts.Entry]) -> None:
    if settings.host_key_checking == "no":
        return
    key = transport.get_remote_server_key()
    name, key_type, data = known_hosts.name_of(settings.host, port), key.get_name(), key.asbytes()
    shown = f"{key_type} {key.fingerprint}"
    same = [entry for entry in entries if entry.key == data]
    revoked = next((entry for entry in same if entry.marker == "@revoked"), None)
    if revoked:
        raise Unreachable(f"the host key of {name} ({shown}) is revoked in {revoked.place}", kind="host-key")
    if same:
        return
    other = next((entry for entry in entries if entry.key_type == key_type and not entry.marker), None)
    if other:
        raise Unreachable(
            f"the host key of {name} has changed: it is {shown}, and {other.place} says otherwise",
            kind="host-key",
            hint=f"somebody may be listening in; if the host was set up anew: ssh-keygen -R '{name}'",
        )
    if settings.host_key_checking == "accept-new" and settings.known_hosts:
        known_hosts.add(settings.known_hosts[0], name, key_type, data)
        return
    file = (settings.known_hosts or ("~/.ssh/known_hosts",))[0]
    raise Unreachable(
        f"the host key of {name} is not known: {shown}",
        kind="host-key",
        hint=f"compare the fingerprint, then: ssh-keyscan -p {port} {settings.host} >> {file}",
    )


def _handshake_failure(error: Exception, settings: Settings, port: int) -> Unreachable:
    where = f"{settings.host}:{port}"
    text = str(error) or type(error).__name__
    if "banner" in text.lower():
        return Unreachable(
            f"{where} answers, but not as an SSH server: {text}", kind="network", hint="is ansible_port right?"
        )
    if isinstance(error, TimeoutError) or "timeout" in text.lower() or "timed out" in text.lower():
        return Unreachable(
            f"{where} did not finish the SSH handshake within {settings.timeout:g} seconds", kind="timeout"
        )
    return Unreachable(f"the SSH handshake with {where} failed: {text}", kind="network")
