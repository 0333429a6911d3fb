"""Where the controller's files are looked for: the role's folder, the file that names them, the playbook's folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opsengine.errors import TaskFailed, near
from opsengine.playbook.nodes import Node, Play, Role, Task
from opsengine.source.text import Origin
from opsengine.templating.engine import text_of_file


class ControllerFiles:
    """Finds and renders the controller's files for one task (None: for the play as a whole)."""

    def __init__(self, play: Play, task: Task | None, scope: Any) -> None:
        self.node: Node = task or play
        self.origin: Origin = task.args_origin if task else play.origin
        self.scope = scope

    def places(self, folder: str) -> list[Path]:
        """The folders to look in, in order, as Ansible searches them."""
        found: list[Path] = []
        for node in self.node.lineage():
            if isinstance(node, Role):
                found += [node.path / folder, node.path]
        beside = Path(self.node.origin.file).parent
        base = self.node.play.file.parent
        found += [beside / folder, beside, base / folder, base]
        return list(dict.fromkeys(path.absolute() for path in found))

    def search_path(self) -> list[str]:
        """The variable `ansible_search_path`: the folders of the role, of the task's file, and of the playbook."""
        return [str(place) for place in self.places("")]

    def find_file(self, folder: str, name: str) -> Path:
        """A file or folder by its name; raises TaskFailed that lists where it was looked for."""
        path = Path(str(name)).expanduser()
        if path.is_absolute():
            if path.exists():
                return path
            raise TaskFailed(f"there is no file {path} on the controller", origin=self.origin)
        searched = self.places(folder)
        for place in searched:
            if (place / path).exists():
                return place / path
        known = [file.name for place in searched[:1] + searched[-2:] if place.is_dir() for file in place.iterdir()]
        raise TaskFailed(
            f"there is no file `{name}` in {', '.join(str(place) for place in searched)}",
            hint=near(path.name, known),
            origin=self.origin,
        )

    def find_all(self, folder: str, pattern: str) -> list[Path]:
        """Every file that matches a glob pattern, in the first place that has any."""
        path = Path(pattern).expanduser()
        places = [path.parent] if path.is_absolute() else [place / path.parent for place in self.places(folder)]
        for place in places:
            matches = sorted(found for found in place.glob(path.name) if found.is_file())
            if matches:
                return matches
        return []

    def render_text(self, text: str, file: str, options: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
        """The text of a template file rendered; raises TemplateError with file, line and column."""
        return text_of_file(self.render_value(text, file, options, extra))

    def render_value(self, text: str, file: str, options: Mapping[str, Any], extra: Mapping[str, Any]) -> Any:
        """What a template file gives: text, or the value of the one expression that it consists of."""
        search = [str(Path(file).parent), *(str(place) for place in self.places("templates"))]
        scope = self.scope.with_layer(extra) if extra else self.scope
        return self.scope.engine.render_file(text, file, scope, options, search)
