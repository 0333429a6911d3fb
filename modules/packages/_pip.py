"""One pip of the host: what it has installed, what it would install, and its installing."""

import contextlib
import importlib.util
import json
import os
import re
import sys

from modules.kit import CommandFailed, ModuleFailed
from modules.kit.process import find_command, run
from modules.packages._pep440 import canonical

ENVIRONMENT = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore"}
EXTERNAL = "this Python belongs to the distribution: use virtualenv, or break_system_packages: true"


@contextlib.contextmanager
def umasked(bits):
    """Within the block, new files do not get these permission bits; None leaves the umask as it is."""
    before = None if bits is None else os.umask(bits)
    try:
        yield
    finally:
        if before is not None:
            os.umask(before)


class Pip:
    """
    A pip. command: how it is called. folder: where it runs. bin: a folder that comes first in PATH, or None.
    umask: permission bits that its files do not get, None for the host's own. target: a folder to look in besides.
    """

    def __init__(self, command, folder, bin_folder=None, umask=None, target=None, break_system=False):
        self.command = command
        self.folder = folder
        self.umask = umask
        self.target = target
        self.environment = dict(ENVIRONMENT)
        if break_system:
            self.environment["PIP_BREAK_SYSTEM_PACKAGES"] = "1"
        if bin_folder:
            self.environment["PATH"] = "%s:%s" % (bin_folder, os.environ.get("PATH", os.defpath))

    def __call__(self, arguments, **options):
        """Run it; options as of `run`."""
        try:
            with umasked(self.umask):
                return run(self.command + arguments, env=self.environment, cwd=self.folder, **options)
        except CommandFailed as failure:
            if "externally-managed-environment" in failure.ended.stderr:
                raise CommandFailed(failure.ended, EXTERNAL)
            raise

    def installed(self, origins=False):
        """{canonical name: version} of what is installed; with `origins`, its origin too, from pip 22.2 on."""
        where = ["--path", self.target] if self.target else []
        if origins:
            said = self(["inspect"] + where, check=False)
            if said:
                listed = json.loads(said.stdout)["installed"]
                return {canonical(one["metadata"]["name"]): _described(one["metadata"], one.get("direct_url"))
                        for one in listed}  # fmt: skip
        return {canonical(one["name"]): one["version"] for one in self._list(where)}

    def would_install(self, arguments):
        """
        {canonical name: version, with its origin} of what `pip install` with these arguments would install.

        None where pip cannot tell, since it is older than 22.2. Not for packages from a folder: pip would write there.
        """
        try:
            said = self(["install", "--dry-run", "--quiet", "--report", "-"] + arguments).stdout
        except CommandFailed as failure:
            if "no such option: --" in failure.ended.stderr:
                return None
            raise
        found = {}
        for item in json.loads(said[said.index("{") :])["install"]:
            origin = item["download_info"] if item["is_direct"] else None
            found[canonical(item["metadata"]["name"])] = _described(item["metadata"], origin)
        return found

    def outdated(self):
        """{canonical name: newest version} of what is installed and could be newer."""
        return {canonical(one["name"]): one["latest_version"] for one in self._list(["--outdated"])}

    def _list(self, options):
        said = self(["list", "--format=json"] + options).stdout
        # Old releases write warnings before what was asked for.
        return json.loads(said[said.index("[") :])


def _described(metadata, origin):
    """The version, and for what did not come from an index, from where (PEP 610)."""
    if not origin:
        return metadata["version"]
    text = "%s @ %s" % (metadata["version"], origin["url"])
    if origin.get("vcs_info"):
        text += "@" + origin["vcs_info"]["commit_id"]
    elif origin.get("archive_info"):
        text += "#" + _hash(origin["archive_info"])
    return text + (" (editable)" if origin.get("dir_info", {}).get("editable") else "")


def _hash(archive):
    hashes = archive.get("hashes") or dict([archive["hash"].split("=", 1)] if archive.get("hash") else [])
    return "sha256=%s" % hashes["sha256"] if "sha256" in hashes else archive.get("hash") or ""


def find(executable, virtualenv):
    """
    The command of the pip to use; None where there is none.

    executable: a path or a name, or None. virtualenv: the folder of an environment, or None.
    """
    if executable is not None:
        path = executable if os.path.isabs(executable) else find_command(executable)
        return [path] if path and os.path.exists(path) else None
    if virtualenv is not None:
        names = [os.path.join(virtualenv, "bin", name) for name in ("pip3", "pip")]
        return next(([name] for name in names if os.access(name, os.X_OK)), None)
    if sys.executable and importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    path = find_command("pip3")
    return [path] if path else None


def names_in(path):
    """
    The requirements that a file lists, as text, those of files that it names included; `-e ` stays before them.

    Raises ModuleFailed for a file that is not there.
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError as error:
        raise ModuleFailed("requirements: %s cannot be read: %s" % (path, error.strerror))
    found = []
    for line in text.replace("\\\n", "").splitlines():
        line = re.sub(r"(^|\s)#.*$", "", line).strip()
        further = re.match(r"^(?:-r|--requirement)[\s=]*(\S+)$", line)
        if further:
            found += names_in(os.path.join(os.path.dirname(path), further.group(1)))
        elif re.match(r"^(?:-e|--editable)[\s=]", line):
            found.append("-e " + re.split(r"[\s=]+", line, maxsplit=1)[1].strip())
        elif line and not line.startswith("-"):
            found.append(re.split(r"\s+--\w", line)[0].strip())
    return found
