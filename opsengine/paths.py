"""Where the parts of opsengine that are not Python packages of the controller live: modules and playbooks."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
BUNDLED = PACKAGE / "bundled"


def _folder(name: str) -> Path:
    installed = BUNDLED / name
    return installed if installed.is_dir() else PACKAGE.parent / name


def modules_folder() -> Path:
    """The folder of the modules: inside the installed package, or beside it in a checkout."""
    return _folder("modules")


def playbooks_folder() -> Path:
    """The folder of the playbooks that come with opsengine."""
    return _folder("playbooks")
