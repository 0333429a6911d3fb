#!/usr/bin/env python3
"""
A stub of Alpine's apk, which cannot be had on Debian: says what apk-tools 2.14 says, for packages of its own.

It keeps what is installed in /srv/apk (a file a package, its content the version), what is asked for in /etc/apk/world,
and takes the database for locked while /srv/apk.lock is there. It knows `docs` only after an update.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

INDEX = {"tool": ("1.1-r2", ["lib"]), "lib": ("2.0-r0", []), "docs": ("0.9_git20-r1", [])}
WORLD, INSTALLED, FRESH, LOCK = map(Path, ("/etc/apk/world", "/srv/apk", "/srv/apk.fresh", "/srv/apk.lock"))


def bare(spec: str) -> str:
    """The name of a package without what it is bound to."""
    return re.split("[=~<>@]", spec)[0]


def needed(world: list[str]) -> dict[str, str]:
    """{name: spec} of all that is asked for, and what that needs."""
    found: dict[str, str] = {}
    waiting = list(world)
    while waiting:
        spec = waiting.pop(0)
        if bare(spec) not in INDEX:
            sys.exit(f"ERROR: unable to select packages:\n  {spec} (no such package):\n    required by: world[{spec}]")
        if bare(spec) not in found:
            found[bare(spec)] = spec
            waiting += INDEX[bare(spec)][1]
    return found


def after(verb: str, names: list[str], upgrading: bool, there: dict[str, str], world: list[str]) -> dict[str, str]:
    """{name: version} of what is installed once it is done."""
    found = {}
    for name, spec in needed(world).items():
        newer = verb == "upgrade" or "=" in spec or (upgrading and name in map(bare, names))
        version = spec.split("=")[1] if "=" in spec else INDEX[name][0]
        found[name] = version if newer or name not in there else there[name]
    return found


def tell(before: dict[str, str], fresh: dict[str, str]) -> None:
    """Say each step, and how many packages there are then."""
    steps = [name for name in sorted({**before, **fresh}) if before.get(name) != fresh.get(name)]
    for number, name in enumerate(steps, 1):
        old, new = before.get(name), fresh.get(name)
        if old is None or new is None:
            what = f"{'Installing' if new else 'Purging'} {name} ({new or old})"
        else:
            what = f"{'Upgrading' if old < new else 'Downgrading'} {name} ({old} -> {new})"
        print(f"({number}/{len(steps)}) {what}")
    print(f"OK: 12 MiB in {len(fresh)} packages")


def main(words: list[str]) -> None:
    """Do what the command line says."""
    verb, *names = [word for word in words if not word.startswith("-")]
    if LOCK.exists():
        sys.exit("ERROR: Unable to lock database: Resource temporarily unavailable")
    there = {path.name: path.read_text() for path in sorted(INSTALLED.iterdir())}
    if verb == "info":
        print("".join(f"{name}-{version}\n" for name, version in there.items()), end="")
        return
    if verb == "update":
        FRESH.touch()
        return
    if not FRESH.exists():
        del INDEX["docs"]
    world = WORLD.read_text().split()
    if verb in ("add", "del"):
        world = [spec for spec in world if bare(spec) not in map(bare, names)] + (names if verb == "add" else [])
    fresh = after(verb, names, "--upgrade" in words, there, world)
    tell(there, fresh)
    if "--simulate" not in words:
        for name in there.keys() - fresh.keys():
            (INSTALLED / name).unlink()
        for name, version in fresh.items():
            if there.get(name) != version:
                (INSTALLED / name).write_text(version)
        WORLD.write_text("".join(f"{spec}\n" for spec in world))


main(sys.argv[1:])
