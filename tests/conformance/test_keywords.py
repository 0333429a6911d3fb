"""The keywords of plays, roles, blocks, tasks and handlers are those of ansible-core."""

from __future__ import annotations

import pytest
from ansible.playbook.block import Block
from ansible.playbook.handler import Handler
from ansible.playbook.play import Play
from ansible.playbook.role.include import RoleInclude
from ansible.playbook.task import Task

from opsengine.playbook.keywords import names_on

OWN_NAMES = {"async_val"}
"""What ansible-core calls `async` in its own code."""
BESIDE = {"local_action", "validate_argspec"}
"""What ansible-core rewrites to others, and what the version after it has."""


class TestTheKeywords:
    @pytest.mark.parametrize(
        ("place", "kind"),
        [("play", Play), ("role", RoleInclude), ("block", Block), ("task", Task), ("handler", Handler)],
    )
    def test_are_those_of_ansible(self, place: str, kind: type) -> None:
        theirs = {name for name, attribute in kind.fattributes.items() if not attribute.private}
        assert theirs - OWN_NAMES == set(names_on(place)) - BESIDE
