"""What rpm has installed, and how versions of its packages compare."""

import itertools
import re

from modules.kit.process import run

LAYOUT = "%{NAME}\\t%{ARCH}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\n"
PART = re.compile(r"[0-9]+|[a-zA-Z]+|~|\^")


def installed(names=None, root="/"):
    """{(name, architecture): [version, the oldest first]} of the packages of these names, or of all."""
    if names is not None and not names:
        return {}
    root = [] if root == "/" else ["--root", root]
    words = ["-qa"] if names is None else ["-q"] + sorted(names)
    said = run(["rpm"] + root + words + ["--qf", LAYOUT], check=names is None).stdout
    found = {}
    for line in said.splitlines():
        # Of what is not there it says so in a sentence.
        if line.count("\t") == 2:
            name, architecture, version = line.split("\t")
            found.setdefault((name, architecture), []).append(strip_epoch(version))
    return found


def strip_epoch(version):
    """A version without the epoch that every version has."""
    return version[2:] if version.startswith("0:") else version


def split(version):
    """(epoch, version, release) of `[epoch:]version[-release]`; release None where there is none."""
    epoch, colon, rest = version.rpartition(":")
    number, _, release = rest.partition("-")
    return (epoch if colon else "0"), number, release or None


def compare(one, other):
    """-1, 0 or 1, as one version is older than another, the same or newer; a release counts where both have one."""
    (epoch, version, release), (other_epoch, other_version, other_release) = split(one), split(other)
    found = compare_parts(epoch, other_epoch) or compare_parts(version, other_version)
    if not found and release is not None and other_release is not None:
        found = compare_parts(release, other_release)
    return found


def compare_parts(one, other):
    """-1, 0 or 1, by rpm's own order (rpm-version(7))."""
    for mine, its in itertools.zip_longest(PART.findall(one), PART.findall(other)):
        if mine == its:
            continue
        if "~" in (mine, its):
            return -1 if mine == "~" else 1
        if mine is None or its is None:
            return -1 if mine is None else 1
        if "^" in (mine, its):
            return -1 if mine == "^" else 1
        if mine.isdigit() != its.isdigit():
            return 1 if mine.isdigit() else -1
        if mine.isdigit() and int(mine) == int(its):
            continue
        if mine.isdigit():
            return -1 if int(mine) < int(its) else 1
        return -1 if mine < its else 1
    return 0
