"""Wait for a port to open, close or drain, for a file to come, to go or to hold a text, or simply for some time."""

import binascii
import datetime
import os
import re
import socket
import time

from modules.files._attributes import described
from modules.kit import Arg, ModuleFailed, Path, Query
from modules.kit.filesystem import read

TCP_STATES = {
    "ESTABLISHED": "01", "SYN_SENT": "02", "SYN_RECV": "03", "FIN_WAIT1": "04", "FIN_WAIT2": "05", "TIME_WAIT": "06",
}  # fmt: skip
TABLES = {socket.AF_INET: "/proc/net/tcp", socket.AF_INET6: "/proc/net/tcp6"}
PIECE = 1 << 14


class WaitFor(Query):
    host = Arg(str, "The name or address to connect to", default="127.0.0.1")
    port = Arg(int, "The port", default=None)
    path = Arg(Path, "A file", default=None)
    state = Arg(
        str, "What to wait for: a port that is started, stopped or drained; a file that is present or absent",
        default="started", choices=("absent", "drained", "present", "started", "stopped"),
    )  # fmt: skip
    search_regex = Arg(str, "What the file, or what the port sends, must hold", default=None)
    timeout = Arg(int, "How many seconds at most", default=300)
    connect_timeout = Arg(int, "How many seconds one attempt to connect may take", default=5)
    delay = Arg(int, "How many seconds to wait before looking first", default=0)
    sleep = Arg(int, "How many seconds between two looks", default=1)
    exclude_hosts = Arg(list, "With drained: hosts whose connections do not count", default=None, of=str)
    active_connection_states = Arg(
        list, "With drained: the states of TCP that count", of=str,
        default=("ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "SYN_RECV", "SYN_SENT", "TIME_WAIT"),
    )  # fmt: skip
    msg = Arg(str, "The message of the failure, instead of the usual one", default=None)

    def check_arguments(self):
        if self.port and self.path:
            raise ModuleFailed("port and path parameter can not both be passed to wait_for")
        if self.path and self.state in ("stopped", "drained"):
            hint = "state=%s should only be used for checking a port in the wait_for module" % self.state
            raise ModuleFailed(hint)
        if self.state == "drained" and not self.port:
            raise ModuleFailed("state=drained requires a port")
        if self.exclude_hosts is not None and self.state != "drained":
            raise ModuleFailed("exclude_hosts should only be with state=drained")
        for state in self.active_connection_states:
            if state not in TCP_STATES:
                raise ModuleFailed("unknown active_connection_state (%s)" % state, hint=", ".join(sorted(TCP_STATES)))
        try:
            self.pattern = re.compile(self.search_regex.encode(), re.M) if self.search_regex else None
        except re.error as error:
            raise ModuleFailed("search_regex: `%s` is not a regular expression: %s" % (self.search_regex, error))
        self.match = None

    def read(self):
        start = datetime.datetime.now()
        if not self.port and not self.path and self.state != "drained":
            time.sleep(self.timeout)
            return self._result(start)
        time.sleep(self.delay)
        end = time.monotonic() + max(self.timeout - self.delay, 0)
        look = self._file_as_wanted if self.path else self._port_as_wanted
        while not look():
            if time.monotonic() + self.sleep > end:
                message = self.msg or self._timed_out()
                raise ModuleFailed(message, elapsed=(datetime.datetime.now() - start).seconds)
            time.sleep(self.sleep)
        return self._result(start)

    def _result(self, start):
        groups = () if self.match is None else self.match.groups()
        named = {} if self.match is None else self.match.groupdict()
        result = described(self.path) if self.path else {}
        result.setdefault("state", self.state)
        result.update({
            "port": self.port,
            "path": self.path,
            "search_regex": self.search_regex,
            "match_groups": [_text(group) for group in groups],
            "match_groupdict": {key: _text(value) for key, value in named.items()},
            "elapsed": (datetime.datetime.now() - start).seconds,
        })  # fmt: skip
        return result

    def _timed_out(self):
        what = "%s:%s" % (self.host, self.port) if self.port else self.path
        if self.state in ("absent", "stopped"):
            return "Timeout when waiting for %s to %s." % (what, "stop" if self.port else "be absent")
        if self.state == "drained":
            return "Timeout when waiting for %s to drain" % what
        if self.search_regex:
            return "Timeout when waiting for search string %s in %s" % (self.search_regex, what)
        return "Timeout when waiting for %s" % (what if self.port else "file %s" % what)

    def _file_as_wanted(self):
        if self.state == "absent":
            return not os.path.exists(self.path) or (self.pattern is not None and not self._holds())
        return os.path.exists(self.path) and (self.pattern is None or self._holds())

    def _holds(self):
        try:
            self.match = self.pattern.search(read(self.path) or b"")
        except OSError:
            self.match = None
        return self.match is not None

    def _port_as_wanted(self):
        if self.state == "drained":
            return self._connections() == 0
        try:
            line = socket.create_connection((self.host, self.port), self.connect_timeout)
        except OSError:
            return self.state in ("absent", "stopped")
        with line:
            if self.state in ("absent", "stopped"):
                return False
            return self.pattern is None or self._sends(line)

    def _sends(self, line):
        """Whether what the port sends holds the text; it may come in pieces."""
        said, end = b"", time.monotonic() + self.connect_timeout
        while time.monotonic() < end:
            line.settimeout(max(end - time.monotonic(), 0.01))
            try:
                piece = line.recv(PIECE)
            except OSError:
                return False
            said += piece
            self.match = self.pattern.search(said)
            if self.match or not piece:
                break
        return self.match is not None

    def _connections(self):
        """How many connections the port has, as the kernel's tables tell (proc(5), /proc/net/tcp)."""
        states = {TCP_STATES[name] for name in self.active_connection_states}
        own = _addresses(self.host)
        excluded = {address for host in self.exclude_hosts or () for address in _addresses(host)}
        count = 0
        for family, table in TABLES.items():
            for line in (read(table) or b"").decode().splitlines()[1:]:
                local, remote, state = line.split()[1:4]
                address, port = local.split(":")
                if int(port, 16) != self.port or state not in states:
                    continue
                here, there = _decoded(address, family), _decoded(remote.split(":")[0], family)
                if there not in excluded and (here in own or own & {"0.0.0.0", "::"}):
                    count += 1
        return count


def _text(value):
    return value.decode("utf-8", "replace") if value is not None else None


def _addresses(host):
    try:
        return {_plain(found[4][0]) for found in socket.getaddrinfo(host, 80, 0, 0, socket.IPPROTO_TCP)}
    except OSError as error:
        raise ModuleFailed("the name %s cannot be resolved: %s" % (host, error))


def _plain(address):
    return address[7:] if address.lower().startswith("::ffff:") else address


def _decoded(text, family):
    """An address of /proc/net/tcp: words of 32 bits, each in the order of this machine."""
    data = binascii.unhexlify(text)
    words = [data[at : at + 4][::-1] for at in range(0, len(data), 4)]
    return _plain(socket.inet_ntop(family, b"".join(words)))
