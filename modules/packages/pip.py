"""Make sure Python packages are installed, removed or up to date, on the host or in a virtual environment."""

import os
import re
import shlex
import sys
import tempfile

from modules.kit import Arg, Module, ModuleFailed, Path, Unknown
from modules.kit.process import find_command, run
from modules.packages import _pip
from modules.packages._pep440 import Requirement

OPERATORS = (">=", "<=", ">", "<", "==", "!=", "~=")
OUT_OF_SIGHT = re.compile(r"(?:^|\s)--(?:prefix|root)\b")
TARGET = re.compile(r"(?:^|\s)(?:-t|--target)[\s=]+(\S+)")
INSTALL = {
    "present": ["install"],
    "latest": ["install", "-U"],
    "forcereinstall": ["install", "-U", "--force-reinstall"],
}


class Pip(Module):
    exclusive = (("name", "requirements"), ("executable", "virtualenv"))
    one_of = (("name", "requirements"),)

    name = Arg(
        list, "The packages, each with conditions on its version, or the URLs to get them from", default=None, of=str
    )
    version = Arg(str, "The version of the one package", default=None)
    requirements = Arg(str, "A file of the host that lists them", default=None)
    state = Arg(
        str, "Whether they are installed (present), in the newest version (latest), installed anew each time "
        "(forcereinstall), or removed (absent)",
        default="present", choices=("absent", "forcereinstall", "latest", "present"),
    )  # fmt: skip
    virtualenv = Arg(Path, "The folder of the virtual environment, which is made where there is none", default=None)
    virtualenv_command = Arg(Path, "The command that makes it, such as python3 -m venv", default="virtualenv")
    virtualenv_python = Arg(str, "The Python of the environment; not with venv", default=None)
    virtualenv_site_packages = Arg(bool, "Whether a new environment sees the host's packages", default=False)
    extra_args = Arg(str, "Further arguments of pip", default=None)
    editable = Arg(bool, "Whether they are installed in place (-e)", default=False)
    chdir = Arg(Path, "The folder to run in", default=None)
    executable = Arg(Path, "The pip, by path or name; else that of the Python the module runs on", default=None)
    umask = Arg(str, "Permission bits, in octal, that new files do not get", default=None)
    break_system_packages = Arg(bool, "Whether a Python that belongs to the distribution may be changed", default=False)

    def check_arguments(self):
        if self.state == "latest" and self.version is not None:
            raise ModuleFailed("version is incompatible with state=latest")
        self.chdir = self.chdir or tempfile.gettempdir()
        self.env = os.path.join(self.chdir, self.virtualenv) if self.virtualenv else None
        self.bits = self._bits()
        self.specs = _joined(self.name or [])
        if self.version is not None:
            self.specs = [self._with_version()]
        self.asked = [_requirement(spec) for spec in self.specs]
        self.arguments_of_pip = shlex.split(self.extra_args or "")
        if self.editable and "-e" not in self.arguments_of_pip:
            self.arguments_of_pip.append("-e")
        self.found = None
        self.steps = None
        self.again = False
        self.command, self.said = None, None

    def _bits(self):
        try:
            return None if self.umask is None else int(self.umask, 8)
        except ValueError:
            raise ModuleFailed("umask must be an octal integer", details=self.umask)

    def _with_version(self):
        if len(self.specs) != 1:
            raise ModuleFailed("version: which of several packages? Write each version after its name: name==1.0")
        asked = _requirement(self.specs[0])
        if asked is None or asked.specifiers or asked.url:
            raise ModuleFailed("version: %s has one already" % self.specs[0], hint="leave `version` out")
        version = self.version.strip()
        return self.specs[0] + ("==" + version if version[:1].isdigit() else version)

    def subject(self):
        return "packages of %s" % (self.env or "Python")

    # -- what is there

    def _pip(self):
        """The pip; None where it comes only later in a dry run."""
        if self.found is None:
            command = _pip.find(self.executable, self.env)
            message = (
                "there is no pip in %s" % self.env if self.env else "Unable to find pip; pip needs to be installed."
            )
            if not self.needs(
                "command", "pip3", command is not None, message, "install python3-pip, or give executable"
            ):
                return None
            target = TARGET.search(self.extra_args or "")
            bin_folder = os.path.join(self.env, "bin") if self.env else None
            self.found = _pip.Pip(
                command, self.chdir, bin_folder, self.bits, target.group(1) if target else None,
                self.break_system_packages,
            )  # fmt: skip
        return self.found

    def _has_env(self):
        return self.env is None or os.path.exists(os.path.join(self.env, "bin", "activate"))

    def current(self):
        pip = self._pip() if self._has_env() else None
        self.installed = pip.installed(self._by_origin()) if pip else {}
        if self.steps is None:
            self.steps = self._foresee(pip)
        state = {"packages": {name: self.installed[name] for name in self.steps if name in self.installed}}
        if self.env:
            state["virtualenv"] = self.env if self._has_env() else None
        if self.again:
            state["installed anew"] = self.said is not None
        return state

    def _by_origin(self):
        """Whether a package may come from elsewhere than an index, so that its version does not tell which it is."""
        return self.requirements or self.editable or any(one is None or one.url for one in self.asked)

    # -- what is asked for

    def wanted(self):
        wanted = {"packages": {name: version for name, version in self.steps.items() if version is not None}}
        if self.env:
            wanted["virtualenv"] = self.env
        if self.again:
            wanted["installed anew"] = True
        return wanted

    def _foresee(self, pip):
        """{canonical name: the version it will have, None for none} of every package that will change."""
        if not (self.specs or self.requirements):
            self.warn("No valid name or requirements file found.")
            return {}
        if self.requirements:
            path = os.path.join(self.chdir, self.requirements)
            if not self.needs("path", path, os.path.isfile(path), "there is no file %s" % path):
                return {"requirements": Unknown(self.context.bringer("path", path))}
        if self.state == "absent":
            return {name: None for name in self._names() if name in self.installed}
        if pip is None:
            until = "the virtual environment is there" if not self._has_env() else "pip is there"
            return {name: Unknown(until) for name in self._names()}
        self.again = self.state == "forcereinstall" or bool(OUT_OF_SIGHT.search(self.extra_args or ""))
        if OUT_OF_SIGHT.search(self.extra_args or "") or self._settled():
            return {}
        specs = self._specs()
        folders = any(self._folder(spec) for spec in specs)
        steps = None if folders else pip.would_install(INSTALL[self.state][1:] + self._arguments())
        if steps is None:
            return self._guessed(pip, specs)
        return {name: version for name, version in steps.items() if self.again or self.installed.get(name) != version}

    def _specs(self):
        """What is asked for, from the arguments or the file; `-e ` stands before what is installed in place."""
        if self.requirements:
            return _pip.names_in(os.path.join(self.chdir, self.requirements))
        in_place = "-e" in self.arguments_of_pip or "--editable" in self.arguments_of_pip
        return ["-e " + spec if in_place and number == 0 else spec for number, spec in enumerate(self.specs)]

    def _names(self):
        specs = [re.sub("^-e ", "", spec) for spec in self._specs()]
        return [one.name if one else spec for spec, one in ((spec, _requirement(spec)) for spec in specs)]

    def _folder(self, spec):
        """The path of the folder that a package comes from; None where it comes from elsewhere."""
        path = re.sub(r"^(-e )?(file://)?|\[[^\]]*\]$", "", spec)
        path = os.path.join(self.chdir, path)
        return os.path.realpath(path) if os.path.isdir(path) and (os.sep in spec or spec == ".") else None

    def _settled(self):
        """Whether what is installed meets all that is asked for, whatever the index has."""
        sure = self.state == "present" and not self.requirements and not self.arguments_of_pip
        return sure and all(one is not None and one.plain and self._met(one) for one in self.asked)

    def _met(self, one):
        return one.name in self.installed and one.met_by(self.installed[one.name])

    def _guessed(self, pip, specs):
        """What pip will do, where it cannot be asked: of what will be new only the name is known."""
        outdated = pip.outdated() if self.state == "latest" else {}
        steps = {}
        for spec in specs:
            one, folder = _requirement(spec), self._folder(spec)
            if folder and spec.startswith("-e ") and self._in_place(folder):
                continue
            if one is None or folder:
                steps[spec] = Unknown("pip")
                self.again = self.again or not spec.startswith("-e ")
            elif not self._met(one) or self.state == "forcereinstall":
                steps[one.name] = Unknown("pip")
            elif one.name in outdated and one.met_by(outdated[one.name]):
                steps[one.name] = outdated[one.name]
        return steps

    def _in_place(self, folder):
        """Whether a package is installed that lives in this folder."""
        return any(origin.endswith(" @ file://%s (editable)" % folder) for origin in self.installed.values())

    def same(self, key, now, wanted):
        if key != "packages" or self.said is None:
            return now == wanted
        # What could not be foreseen has only to be there, once pip has run.
        missing = [name for name, version in wanted.items() if name not in now and "/" not in name]
        surprises = [name for name in now if name not in wanted]
        return not surprises and not missing and all(
            isinstance(version, Unknown) or now.get(name) == version for name, version in wanted.items()
        )  # fmt: skip

    # -- how to get there

    def _arguments(self):
        wanted = ["-r", self.requirements] if self.requirements else self.specs
        return self.arguments_of_pip + wanted

    def apply(self, change):
        if not self._has_env():
            self._make_env()
        pip = self._pip()
        if pip is None or not (self.steps or self.again):
            return
        if self.state == "absent":
            # Further arguments are pip's own; those of installing mean nothing to it.
            arguments = ["uninstall", "-y"] + shlex.split(self.extra_args or "") + sorted(self.steps)
        else:
            arguments = INSTALL[self.state] + self._arguments()
        self.said = pip(arguments)
        self.command = pip.command + arguments

    def _make_env(self):
        words = shlex.split(self.virtualenv_command)
        program = words[0] if os.sep in words[0] else find_command(words[0])
        if program is None:
            raise ModuleFailed(
                "there is no command %s to make the virtual environment with" % words[0],
                hint="virtualenv_command: python3 -m venv, or install virtualenv",
            )
        command = [program] + words[1:]
        of_python = os.path.basename(words[0]) == "pyvenv" or re.search(r" -m ?venv( |$)", " ".join(words))
        if of_python and self.virtualenv_python:
            raise ModuleFailed("virtualenv_python should not be used when using the venv module or pyvenv as "
                               "virtualenv_command", hint="virtualenv_command: python3.11 -m venv")  # fmt: skip
        command += ["--system-site-packages"] if self.virtualenv_site_packages else []
        command += [] if of_python else ["-p", self.virtualenv_python or sys.executable]
        with _pip.umasked(self.bits):
            run(command + [self.env], cwd=self.chdir)

    def brings(self, change):
        return [("path", self.env), ("command", "pip3")] if self.env else []

    def returns(self, change, state):
        return {
            "cmd": self.command,
            "name": self.name,
            "version": self.version,
            "state": self.state,
            "requirements": self.requirements,
            "virtualenv": self.env,
            "stdout": self.said.stdout if self.said else "",
            "stderr": self.said.stderr if self.said else "",
        }


def _joined(names):
    """The packages, each with all conditions on its version: a list cuts them apart at every comma."""
    found, inside = [], False
    for part in ",".join(names).split(","):
        part = part.strip()
        if not part:
            continue
        if found and (inside or part.startswith(OPERATORS)):
            found[-1] += "," + part
        else:
            found.append(part)
        inside = ("[" in part or inside) and "]" not in part
    return found


def _requirement(spec):
    """The Requirement that it reads as; None for a path, or a URL without a name."""
    try:
        return Requirement(spec)
    except ValueError:
        return None
