"""Reads and changes what apt and dpkg know, through their programs: no library is needed on the host."""

import fnmatch
import glob
import os
import re
import time

from modules.kit import CommandFailed, ModuleFailed
from modules.kit.process import find_command, run

LISTS = "/var/lib/apt/lists"
COMING = ("package lists", "apt")
"""What a dry run calls lists that are to be fetched, as `needs` takes it."""
STAMP = "/var/lib/apt/periodic/update-success-stamp"
ENVIRONMENT = {
    "DEBIAN_FRONTEND": "noninteractive",
    "DEBIAN_PRIORITY": "critical",
    "APT_LISTCHANGES_FRONTEND": "none",
    "NEEDRESTART_MODE": "l",
}
STEP = re.compile(r"^(Inst|Remv|Purg) (\S+)(?: \[(\S+)\])?(?: \((\S+) .*?(?:\[(\S+)\])?\))?", re.M)
UNFETCHED = re.compile(
    r"^[EW]: (Failed to fetch|Some index files failed to download|The repository .* is no longer)", re.M
)
LOCKED = re.compile(r"Could not get lock|dpkg frontend lock|is another process using it")


class Step:
    """One thing that apt would do: Inst, Remv or Purg, to which package, from and to which version (or None)."""

    def __init__(self, action, package, before, after):
        self.action = action
        self.package = package
        self.before = before
        self.after = after


def installed():
    """{name and name:architecture: version} of every package that is installed; `config-files` ones have none."""
    layout = "${db:Status-Abbrev}\t${Package}\t${Architecture}\t${Version}\n"
    said = run(["dpkg-query", "-W", "-f", layout], check=False)
    found = {}
    for line in said.stdout.splitlines():
        status, package, architecture, version = line.split("\t")
        if status[1:2] in "iWtUFH" and status[1:2] != "":
            found[package + ":" + architecture] = version
            found[package] = version
        elif status[1:2] == "c":
            found.setdefault(package, None)
    return found


def provided(name):
    """Whether apt knows a package by this name, or one that provides it: (known, virtual)."""
    said = run(["apt-cache", "policy", "--", name], check=False).stdout
    candidate = re.search(r"^  Candidate: (\S+)", said, re.M)
    if candidate and candidate.group(1) != "(none)":
        return True, False
    providers = run(["apt-cache", "showpkg", "--", name], check=False).stdout.partition("Reverse Provides:")[2]
    return bool(providers.strip()), True


def providers(name):
    """The names of the packages that provide a virtual one."""
    said = run(["apt-cache", "showpkg", "--", name], check=False).stdout.partition("Reverse Provides:")[2]
    return [line.split()[0] for line in said.splitlines() if line.strip()]


def versions(name):
    """Every version of a package that apt can install, the best first."""
    said = run(["apt-cache", "madison", "--", name], check=False).stdout
    found = [line.split("|")[1].strip() for line in said.splitlines() if line.count("|") >= 2]
    return sorted(set(found), key=found.index)


def version_for(name, pattern):
    """The best version that a pattern such as `1.2*` fits; None when there is none."""
    for version in versions(name):
        if fnmatch.fnmatchcase(version, pattern):
            return version
    return None


def names_like(pattern):
    """The names that apt knows and that a pattern with * or ? fits."""
    said = run(["apt-cache", "pkgnames"], check=False).stdout.split()
    return sorted(fnmatch.filter(said, pattern))


def cache_age():
    """Seconds since the lists of packages were fetched; None when they never were."""
    times = [os.path.getmtime(path) for path in [STAMP] if os.path.exists(path)]
    if not times and glob.glob(LISTS + "/*_Packages*"):
        times = [os.path.getmtime(LISTS)]
    return max(0.0, time.time() - max(times)) if times else None


def simulate(arguments):
    """What `apt-get` would do with these arguments, as a list of Step; raises CommandFailed."""
    said = run(["apt-get", "-s", "-q", "-y", "-o", "Debug::NoLocking=1"] + arguments, env=ENVIRONMENT).stdout
    return [Step(action, package, old, new) for action, package, old, new, _ in STEP.findall(said)]


class AptGet:
    """Runs apt-get, and waits for others that hold its locks. patience: for how many seconds."""

    def __init__(self, patience, warn):
        self.patience = patience
        self.warn = warn

    def __call__(self, arguments):
        """Run it to its end and return what it did."""
        end = time.monotonic() + self.patience
        waited = False
        command = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=0"]
        while True:
            ended = run(command + arguments, env=ENVIRONMENT, check=False)
            if ended:
                return ended
            if not LOCKED.search(ended.stderr):
                raise CommandFailed(ended)
            if time.monotonic() >= end:
                holder = _holder(ended.stderr)
                raise ModuleFailed(
                    "another program has held the lock of apt for %d seconds: %s" % (self.patience, holder),
                    hint="lock_timeout says how long to wait; ps -ef | grep -e apt -e dpkg shows who it is",
                )
            if not waited:
                self.warn("waited for another program that holds the lock of apt: %s" % _holder(ended.stderr))
            waited = True
            time.sleep(0.5)


def update(get, tries, longest_pause):
    """
    Fetch the lists of packages, all of them. get: an AptGet.

    tries: how often, with pauses that double up to `longest_pause` seconds. Raises CommandFailed when a list could not
    be fetched, which apt-get itself takes for a success where it still has an old one.
    """
    for turn in range(1, max(1, tries) + 1):
        try:
            ended = get(["update"])
            if UNFETCHED.search(ended.stderr):
                raise CommandFailed(ended)
            return
        except CommandFailed as failure:
            if turn >= tries:
                raise CommandFailed(failure.ended, hint="are the sources right, and can the host reach them?")
        time.sleep(min(2 ** (turn - 1), max(0, longest_pause)))


def paths():
    """(the file sources.list, the folder sources.list.d) as apt is configured."""
    names = {"FILE": "/etc/apt/sources.list", "FOLDER": "/etc/apt/sources.list.d"}
    if find_command("apt-config"):
        said = run(
            ["apt-config", "shell", "FILE", "Dir::Etc::sourcelist/f", "FOLDER", "Dir::Etc::sourceparts/d"]
        ).stdout
        names.update(line.split("=", 1) for line in said.replace("'", "").splitlines() if "=" in line)
    return names["FILE"], names["FOLDER"].rstrip("/")


def _holder(said):
    lines = [line for line in said.splitlines() if LOCKED.search(line)]
    return lines[0].strip() if lines else said.strip()[-200:]
