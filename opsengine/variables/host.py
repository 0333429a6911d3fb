"""What is known of one host: what the inventory says, what it told of itself, and what tasks have set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

GATHERED = "_ansible_facts_gathered"
"""The key that tells facts which were gathered from those that set_fact alone has put there."""
NO_FACTS = (
    "ansible_become",
    "ansible_check_mode",
    "ansible_collection",
    "ansible_config",
    "ansible_connection",
    "ansible_delegated",
    "ansible_dependent",
    "ansible_diff_mode",
    "ansible_facts_",
    "ansible_failed",
    "ansible_forks",
    "ansible_group_priority",
    "ansible_host",
    "ansible_index_var",
    "ansible_inventory",
    "ansible_limit",
    "ansible_loop",
    "ansible_managed",
    "ansible_parent",
    "ansible_pass",
    "ansible_paramiko",
    "ansible_pipelining",
    "ansible_play",
    "ansible_port",
    "ansible_private",
    "ansible_python_interpreter",
    "ansible_remote",
    "ansible_role",
    "ansible_run_tags",
    "ansible_scp",
    "ansible_search",
    "ansible_sftp",
    "ansible_shell",
    "ansible_skip",
    "ansible_ssh_",
    "ansible_sudo",
    "ansible_su",
    "ansible_timeout",
    "ansible_user",
    "ansible_verbosity",
    "ansible_version",
)
FACTS_ALL_THE_SAME = ("ansible_hostname", "ansible_hostnqn", "ansible_user_", "ansible_ssh_host_key")


def may_be_fact(name: str) -> bool:
    """Whether a variable's name is one that gathering facts could bring."""
    if not name.startswith("ansible_"):
        return False
    return name.startswith(FACTS_ALL_THE_SAME) or not name.startswith(NO_FACTS)


class Facts(Mapping[str, Any]):
    """
    A host's facts under their injected names (`ansible_hostname`), and all of them as `ansible_facts`.

    known: what is known already. keep: called with all facts whenever there are new ones.
    gather: called once, when a fact is read that is not known, and only where gathering is allowed.
    """

    def __init__(
        self, known: Mapping[str, Any] | None = None, keep: Callable[[Mapping[str, Any]], None] | None = None
    ) -> None:
        self.known: dict[str, Any] = dict(known or {})
        self.gather: Callable[[], None] | None = None
        self._keep = keep
        self._short: dict[str, Any] | None = None

    def update(self, facts: Mapping[str, Any]) -> Callable[[], None]:
        """Learn facts under their injected names; returns what undoes it."""
        undo = _undoing(self.known, facts)
        self.known.update(facts)
        self._changed()

        def forget() -> None:
            undo()
            self._changed()

        return forget

    def forget(self) -> None:
        """Know nothing any more."""
        self.known.clear()
        self._changed()

    def _changed(self) -> None:
        self._short = None
        if self._keep is not None:
            self._keep(self.known)

    @property
    def gathered(self) -> bool:
        """Whether the host has been asked, in this run or one before."""
        return GATHERED in self.known

    def short_names(self) -> dict[str, Any]:
        """The facts as `ansible_facts` holds them, without the prefix."""
        if self._short is None:
            prefix = "ansible_"
            self._short = {
                (name[len(prefix) :] if name.startswith(prefix) and name != "ansible_local" else name): value
                for name, value in self.known.items()
            }
            if "ansible_local" in self.known:
                self._short["local"] = self._short["ansible_local"]
        return self._short

    def _gather_for(self, name: object) -> None:
        if self.gather is not None and isinstance(name, str) and may_be_fact(name):
            gather, self.gather = self.gather, None
            gather()

    def __contains__(self, name: object) -> bool:
        self._gather_for(name)
        return name in self.known or name == "ansible_facts"

    def __getitem__(self, name: str) -> Any:
        self._gather_for(name)
        if name == "ansible_facts":
            return self.short_names()
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        yield from self.known
        yield "ansible_facts"

    def __len__(self) -> int:
        return len(self.known) + 1


class HostVariables:
    """
    The variables of one host for a run.

    inventory: what inventory files, group_vars and host_vars say, merged. facts: what the host told. set: what
    set_fact and register have set. included: what include_vars has read.
    """

    def __init__(self, inventory: Mapping[str, Any], facts: Facts | None = None) -> None:
        self.inventory = inventory
        self.facts = facts or Facts()
        self.set: dict[str, Any] = {}
        self.included: dict[str, Any] = {}
        self.connection_version = 0

    def assign(self, values: Mapping[str, Any]) -> Callable[[], None]:
        """Set variables as set_fact and register do; returns what undoes it."""
        undo = _undoing(self.set, values)
        self.set.update(values)
        if any(name.startswith("ansible_") for name in values):
            self.connection_version += 1
        return undo


def _undoing(store: dict[str, Any], names: Iterable[str]) -> Callable[[], None]:
    """What gives names back the values that they have in a store now."""
    before = {name: store[name] for name in names if name in store}
    new = [name for name in names if name not in store]

    def undo() -> None:
        for name in new:
            store.pop(name, None)
        store.update(before)

    return undo
