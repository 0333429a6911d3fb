"""
Small Python packages and a virtual environment that gets them from a folder: `wheels.py FOLDER`.
`wheels.py --env ENV` makes one more environment, as the command virtualenv does.

In FOLDER it makes `index` with the wheels tool 1.0, 1.5 and 2.0, which needs helper, and helper 1.0 and 2.0; `project`,
a package to build; and `env`, whose pip is the one that Python carries, and which asks nothing but the index. Its
`bin/old-pip` behaves as an old pip, that cannot foresee. Runs on the Python that the environment is to have.
"""

import compileall
import ensurepip
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

PROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """\
import os, zipfile

def build_wheel(folder, settings=None, metadata=None, name="project.py", text=""):
    with zipfile.ZipFile(folder + "/project-0.1-py3-none-any.whl", "w") as wheel:
        wheel.writestr(name, text)
        info = "project-0.1.dist-info/"
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: project\\nVersion: 0.1\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")
    return "project-0.1-py3-none-any.whl"

def build_editable(folder, settings=None, metadata=None):
    return build_wheel(folder, name="project.pth", text=os.getcwd())
"""
PIP = """\
#!{python}
import os
import sys
if sys.argv[0].endswith("old-pip"):
    if sys.argv[1] == "inspect":
        sys.exit('ERROR: unknown command "inspect"')
    if "--dry-run" in sys.argv:
        sys.stderr.write("Usage: ...\\n\\nno such option: --dry-run\\n")
        sys.exit(2)
for name in [name for name in os.environ if name.startswith("PIP_")]:
    del os.environ[name]
os.environ.update(PIP_CONFIG_FILE=os.devnull, PIP_NO_INDEX="1", PIP_FIND_LINKS={index!r})
os.environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
sys.path.insert(0, {pip!r})
from pip._internal.cli.main import main
sys.exit(main())
"""


def make_wheel(folder: Path, name: str, version: str, requires: str = "") -> None:
    """A wheel with one module (PEP 427)."""
    info = f"{name}-{version}.dist-info"
    needed = f"Requires-Dist: {requires}\n" if requires else ""
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", f"version = '{version}'\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")


def main(folder: Path) -> None:
    """Make all of it."""
    index, env, project = folder / "index", folder / "env", folder / "project"
    index.mkdir()
    for version in ("1.0", "1.5", "2.0"):
        make_wheel(index, "tool", version, "helper")
    for version in ("1.0", "2.0"):
        make_wheel(index, "helper", version)
    project.mkdir()
    (project / "pyproject.toml").write_text(PROJECT)
    (project / "backend.py").write_text(BACKEND)
    make_env(env)


def unpacked_pip() -> Path:
    """The folder with the pip that this Python carries; unpacked once, since it starts much faster so."""
    [wheel] = Path(ensurepip.__file__).with_name("_bundled").glob("pip-*.whl")
    folder = Path(tempfile.gettempdir(), "opsengine-tests-" + wheel.stem)
    if not folder.exists():
        fresh = tempfile.mkdtemp(dir=folder.parent)
        zipfile.ZipFile(wheel).extractall(fresh)
        compileall.compile_dir(fresh, quiet=2)
        Path(fresh).replace(folder)
    return folder


def make_env(env: Path) -> None:
    """An environment that gets packages from the folder `index` beside it."""
    venv.create(env, symlinks=True)
    carried, index = str(unpacked_pip()), str(env.with_name("index"))
    for name in ("pip", "old-pip"):
        script = env / "bin" / name
        script.write_text(PIP.format(python=env / "bin" / "python", pip=carried, index=index))
        script.chmod(0o755)


if sys.argv[1] == "--env":
    make_env(Path(sys.argv[-1]))
else:
    main(Path(sys.argv[1]))
