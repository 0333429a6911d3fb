"""ansible-core and opsengine side by side: the same expressions, templates and conditions over the same variables."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from ansible._internal._templating._engine import TemplateOptions
from ansible.errors import AnsibleError, AnsibleValueOmittedError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader
from ansible.template import Templar, trust_as_template

from opsengine.errors import OpsError, TaskFailed
from opsengine.source.text import Origin, Text, TextDict, TextList
from opsengine.source.yaml import load_text
from opsengine.templating.functions import equipped_engine
from opsengine.templating.lazy import OMIT
from opsengine.templating.scope import Scope

HERE = Origin("site.yml", 1, 1)
HOSTS = {"all": ["h1", "h2", "h3"], "web": ["h1", "h2"], "db": ["h3"], "ungrouped": []}
OMITTED = "(omitted)"

init_plugin_loader()


class Side(Protocol):
    """One of the two engines."""

    def template(self, text: str) -> Any:
        """The value of a string as YAML may hold it."""

    def expression(self, text: str) -> Any:
        """The value of `{{ text }}`, its backslashes those of a template file."""

    def condition(self, test: Any) -> Any:
        """Whether it holds as the value of `when`."""

    def file(self, text: str, options: Mapping[str, Any]) -> Any:
        """What a template file of that text gives, beside the templates of the folder."""


class Ansible:
    """ansible-core."""

    def __init__(self, yaml: str, folder: Path, **further: Any) -> None:
        self.loader = DataLoader()
        self.loader.set_basedir(str(folder))
        own = {"ansible_search_path": [str(folder)], "playbook_dir": str(folder), "groups": HOSTS}
        read = self.loader.load(trust_as_template(yaml), file_name=str(folder / "vars.yml")) or {}
        self.variables = {**read, **own, **further}

    def _evaluate(self, text: str, doubling: bool) -> Any:
        templar = Templar(loader=self.loader, variables=self.variables)
        options = TemplateOptions(escape_backslashes=doubling)
        try:
            return untagged(templar._engine.template(trust_as_template(text), options=options))
        except AnsibleValueOmittedError:
            return OMITTED

    def template(self, text: str) -> Any:
        return self._evaluate(text, True)

    def expression(self, text: str) -> Any:
        return self._evaluate("{{ " + text + " }}", False)

    def condition(self, test: Any) -> Any:
        templar = Templar(loader=self.loader, variables=self.variables)
        return templar._engine.evaluate_conditional(trust_as_template(test) if isinstance(test, str) else test)

    def file(self, text: str, options: Mapping[str, Any]) -> Any:
        folder = self.variables["playbook_dir"]
        templar = Templar(loader=self.loader, variables=self.variables)
        templar = templar.copy_with_new_env(
            searchpath=[f"{folder}/templates", folder], available_variables=self.variables
        )
        return untagged(
            templar.template(trust_as_template(text), escape_backslashes=False, overrides=dict(options) or None)
        )


def untagged(value: Any) -> Any:
    """A value of ansible-core without the marks on its strings."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {untagged(key): untagged(item) for key, item in value.items()}
    return [untagged(item) for item in value] if isinstance(value, (list, tuple)) else value


class Opsengine:
    """opsengine."""

    engine = equipped_engine()

    def __init__(self, yaml: str, folder: Path, **further: Any) -> None:
        self.folder = folder
        self.layers = [{"playbook_dir": str(folder), "groups": HOSTS, **further}, load_text(yaml, "vars.yml") or {}]

    def scope(self) -> Scope:
        scope = Scope(self.engine, self.layers)
        scope.files = Files(self.folder, scope)
        return scope

    def template(self, text: str) -> Any:
        value = self.engine.render(Text(text, HERE), self.scope())
        return OMITTED if value is OMIT else value

    def expression(self, text: str) -> Any:
        value = self.engine.render_file("{{ " + text + " }}", "x.j2", self.scope(), {}, [str(self.folder)])
        return OMITTED if value is OMIT else value

    def condition(self, test: Any) -> Any:
        return self.engine.condition(Text(test, HERE) if isinstance(test, str) else test, self.scope(), HERE)

    def file(self, text: str, options: Mapping[str, Any]) -> Any:
        search = [str(self.folder / "templates"), str(self.folder)]
        return self.engine.render_file(text, str(self.folder / "templates" / "main.j2"), self.scope(), options, search)


class OpsengineWithTemplates(Opsengine):
    """opsengine, every scalar of the variables a template of its own, so that all containers are read lazily."""

    def __init__(self, yaml: str, folder: Path, **further: Any) -> None:
        super().__init__(yaml, folder, **further)
        self.leaves: dict[str, Any] = {}
        own, read = self.layers
        self.layers = [own, {name: self._hidden(value) for name, value in read.items()}, self.leaves]

    def _hidden(self, value: Any) -> Any:
        if isinstance(value, dict):
            return TextDict({key: self._hidden(item) for key, item in value.items()})
        if isinstance(value, list):
            return TextList(self._hidden(item) for item in value)
        if isinstance(value, Text) and value.is_template:
            return value
        name = f"_leaf{len(self.leaves)}"
        self.leaves[name] = value
        return Text("{{ " + name + " }}", HERE)


class Files:
    """Finds files in one folder, as for a playbook in it."""

    def __init__(self, folder: Path, scope: Scope) -> None:
        self.folder = folder
        self.scope = scope

    def find_file(self, folder: str, name: str) -> Path:
        for place in (self.folder / folder / name, self.folder / name):
            if place.exists():
                return place
        raise TaskFailed(f"there is no file {name}")

    def find_all(self, folder: str, pattern: str) -> list[Path]:
        path = Path(pattern)
        places = (
            [path.parent] if path.is_absolute() else [self.folder / folder / path.parent, self.folder / path.parent]
        )
        found = (sorted(file for file in place.glob(path.name) if file.is_file()) for place in places)
        return next((paths for paths in found if paths), [])

    def render_value(self, text: str, file: str, options: Mapping[str, Any], extra: Mapping[str, Any]) -> Any:
        scope = self.scope.with_layer(extra)
        return scope.engine.render_file(text, file, scope, options, [str(Path(file).parent), str(self.folder)])


def outcome(evaluate: Callable[..., Any], *arguments: Any) -> str:
    """What came of it, as text, so that the order of keys and the types of numbers count: the value, or an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return repr(evaluate(*arguments))
        except (OpsError, AnsibleError) as error:
            return f"an error ({type(error).__name__})" if isinstance(error, RecursionError) else "an error"
