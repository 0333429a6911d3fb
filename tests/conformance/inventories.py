"""Inventories for comparison: laid out as files, and shown by ansible-inventory and by `opsengine inventory`."""

from __future__ import annotations

import contextlib
import difflib
import os
import stat
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from ansible.cli.inventory import InventoryCLI
from click.testing import CliRunner

from opsengine.cli.inventory import command

LISTINGS = (("--list",), ("--list", "--export", "--yaml"), ("--graph", "--vars"))
MORE_LISTINGS = (("--list", "--export"), ("--list", "--yaml"), ("--graph",), ("--graph", "--vars", "--export"))


def write(files: dict[str, str], folder: Path) -> Path:
    """Lay the files out (`+x`: to be executed); the source is the folder, or the only inventory file in it."""
    for name, content in files.items():
        path = folder / name.removesuffix("+x")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        if name.endswith("+x"):
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
    sources = [name for name in files if "/" not in name]
    return folder / sources[0].removesuffix("+x") if len(sources) == 1 else folder


def compare(sources: Sequence[str], folder: Path, *more: str, listings: Sequence[Sequence[str]] = LISTINGS) -> None:
    """Have both tools show an inventory; `folder/playbook` is the playbook's folder."""
    (folder / "playbook").mkdir(exist_ok=True)
    words = [word for source in sources for word in ("-i", source)] + ["--playbook-dir", str(folder / "playbook")]
    for listing in listings:
        theirs, ours = by_ansible(*words, *more, *listing), by_opsengine(*words, *more, *listing)
        assert theirs and theirs.splitlines() == ours.splitlines(), difference(listing, theirs, ours)


def difference(listing: Sequence[str], theirs: str, ours: str) -> str:
    """What is said where the two differ."""
    lines = difflib.unified_diff(theirs.splitlines(), ours.splitlines(), "ansible", "opsengine", n=6, lineterm="")
    return "\n".join([" ".join(listing), *lines])


def by_ansible(*words: str) -> str:
    """What ansible-inventory prints; called in a fork of this process, as starting Python takes it longest."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(writing, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 (the fork's own, until it ends)
        with contextlib.suppress(BaseException):
            InventoryCLI(["ansible-inventory", *words]).run()
        sys.stdout.flush()
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as output:  # noqa: PTH123
        printed = output.read()
    os.waitpid(child, 0)
    return printed


def by_opsengine(*words: str) -> str:
    """What `opsengine inventory` prints."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done = CliRunner().invoke(command, list(words), standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.output
