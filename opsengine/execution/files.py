"""Where the controller's files are looked for: the role's folder, the file that names them, the playbook's folder."""

from __future__ import annotations

from pathlib import Path

from opsengine.errors import TaskFailed, near
from opsengine.playbook.nodes import Role, Task


def places(task: Task, folder: str) -> list[Path]:
    """The folders to look in, in order, as Ansible searches them."""
    found: list[Path] = []
    for node in task.lineage():
        if isinstance(node, Role):
            found += [node.path / folder, node.path]
    beside = Path(task.origin.file).parent
    base = task.play.file.parent
    found += [beside / folder, beside, base / folder, base]
    return list(dict.fromkeys(path.absolute() for path in found))


def find(task: Task, folder: str, name: str) -> Path:
    """A file or folder by its name; raises TaskFailed that lists where it was looked for."""
    name = str(name)
    path = Path(name).expanduser()
    if path.is_absolute():
        if path.exists():
            return path
        raise TaskFailed(f"there is no file {path} on this machine", origin=task.args_origin)
    searched = places(task, folder)
    for place in searched:
        if (place / name).exists():
            return place / name
    known = [file.name for place in searched[:1] + searched[-2:] if place.is_dir() for file in place.iterdir()]
    raise TaskFailed(
        f"there is no file `{name}` in {', '.join(str(place) for place in searched)}",
        hint=near(Path(name).name, known),
        origin=task.args_origin,
    )


def find_all(task: Task, folder: str, pattern: str) -> list[Path]:
    """Every file that matches a glob pattern, in the first place that has any."""
    path = Path(pattern).expanduser()
    if path.is_absolute():
        return sorted(found for found in path.parent.glob(path.name) if found.is_file())
    for place in places(task, folder):
        matches = sorted(found for found in place.glob(pattern) if found.is_file())
        if matches:
            return matches
    return []
