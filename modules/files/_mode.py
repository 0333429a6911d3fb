"""Permission bits, as numbers and as symbols (`u=rwX,g+s,o-w`)."""

import re
import stat

from modules.kit import ModuleFailed
from modules.kit.filesystem import current_umask

CLAUSE = re.compile(r"^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$")
OPERATION = re.compile(r"([-+=])([rwxXst]*|[ugo])(?=[-+=]|$)")
SHIFT = {"u": 6, "g": 3, "o": 0}
BIT = {"r": 4, "w": 2, "x": 1}
SPECIAL = {"u": stat.S_ISUID, "g": stat.S_ISGID, "o": 0}


def is_symbolic(mode):
    """Whether a mode is relative to what there is."""
    return isinstance(mode, str) and not re.match(r"^(0o)?[0-7]+$", mode.strip())


def parse(mode, now=0o666, folder=False):
    """
    The permission bits that a mode asks for; None for None.

    mode: octal text (`0644`), symbols, or a number as YAML made it. now: the bits there are, which symbols change.
    folder: whether it is one, for `X`. Raises ModuleFailed for what is no mode.
    """
    if mode is None:
        return None
    if isinstance(mode, bool) or not isinstance(mode, (int, str)):
        raise _wrong(mode)
    if isinstance(mode, int):
        bits = mode
    elif not mode.strip():
        bits = now
    elif is_symbolic(mode):
        bits = _symbolic(mode, now, folder)
    else:
        bits = int(mode, 8)
    if not 0 <= bits <= 0o7777:
        raise _wrong(mode)
    return bits


def shown(bits):
    """The bits as results and diffs show them: `0644`, `04755`."""
    return "0%03o" % bits


def _wrong(mode):
    return ModuleFailed(
        "mode should be octal or symbolic, got %r" % (mode,), hint="write it in quotes: mode: '0644' or mode: u=rw,go=r"
    )


def _symbolic(mode, now, folder):
    bits = now
    for clause in mode.split(","):
        match = CLAUSE.match(clause.strip())
        if not match:
            raise _wrong(mode)
        who = match.group(1)
        for operator, permissions in OPERATION.findall(match.group(2)):
            bits = _operate(bits, who, operator, permissions, folder)
    return bits


def _operate(bits, who, operator, permissions, folder):
    users = "ugo" if not who or "a" in who else who
    wanted = 0
    executable = folder or bits & 0o111
    for user in users:
        wanted |= _bits_of(permissions, user, bits, executable) << SHIFT[user]
        if "s" in permissions:
            wanted |= SPECIAL[user]
    if "t" in permissions:
        wanted |= stat.S_ISVTX
    if not who:
        wanted &= ~current_umask()
    if operator == "+":
        return bits | wanted
    if operator == "-":
        return bits & ~wanted
    mask = 0
    for user in users:
        mask |= (7 << SHIFT[user]) | SPECIAL[user]
    mask |= stat.S_ISVTX if "o" in users or "t" in permissions else 0
    return (bits & ~mask) | wanted


def _bits_of(permissions, user, bits, executable):
    if permissions in SHIFT:
        return (bits >> SHIFT[permissions]) & 7
    found = 0
    for letter in permissions:
        found |= BIT.get(letter, 0)
        if letter == "X" and executable:
            found |= 1
    return found
