"""What pip is asked for, and how its refusals are told."""

from pathlib import Path

import pytest

from opsengine.agent import library
from tests.unit.modules.conftest import Perform

library.make_importable()
from modules.packages._pep440 import Requirement, Version, fits  # noqa: E402
from modules.packages._pip import names_in  # noqa: E402
from modules.packages.pip import _joined  # noqa: E402


class TestAVersion:
    def test_stands_in_the_order_of_pep_440(self) -> None:
        order = (
            "1.0.dev1 1.0a1.dev2 1.0a1 1.0a1.post1 1.0b1 1.0rc1 1.0 1.0+abc 1.0+1 1.0.post1.dev1 1.0.post1 1.1 1!0.1"
        )
        mixed = sorted(order.split(), key=lambda text: text[::-1])
        assert order.split() == sorted(mixed, key=lambda text: Version(text).key())

    @pytest.mark.parametrize(
        ("version", "condition", "expected"),
        [
            ("1.0", "==1", True),
            ("1.0+local", "==1.0", True),
            ("1.0", "==1.0+local", False),
            ("1.0.5", "==1.0.*", True),
            ("1.1rc1", "!=1.1.*", False),
            ("2.0rc1", "<2", False),
            ("1.9", "<2", True),
            ("2.0.post1", ">2", False),
            ("2.0.1", ">2", True),
            ("2.3", "~=2.2", True),
            ("3.0", "~=2.2", False),
            ("2.3.0", "~=2.2.0", False),
            ("2014-snapshot", ">=1", False),
            ("2014-snapshot", "===2014-snapshot", True),
        ],
    )
    def test_fits_a_condition(self, version: str, condition: str, expected: bool) -> None:
        [(operator, wanted)] = Requirement("x" + condition).specifiers
        assert expected is fits(version, operator, wanted)


class TestARequirement:
    def test_has_a_canonical_name_and_conditions(self) -> None:
        found = Requirement("Foo_Bar [b, c] >=1.0, <2 ; python_version < '3'")
        assert ("foo-bar", [(">=", "1.0"), ("<", "2")]) == (found.name, found.specifiers)
        assert (False, True) == (found.plain, Requirement("foo>=1").plain)

    def test_is_joined_again_where_a_list_was_cut(self) -> None:
        assert ["a>1,<2", "b[x,y]", "c"] == _joined(["a>1", "<2", "b[x", "y]", "c"])

    def test_is_read_from_a_file_and_those_it_names(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_text("# list\n-r b\ntool>1 \\\n  --hash=sha256:00 # why\n-e ./here\n--no-index\n")
        (tmp_path / "b").write_text("helper\n")
        assert ["helper", "tool>1", "-e ./here"] == names_in(str(tmp_path / "a"))


class TestPip:
    def test_tells_what_helps_where_python_belongs_to_the_distribution(self, perform: Perform, tmp_path: Path) -> None:
        pip = tmp_path / "pip"
        pip.write_text(
            '#!/bin/sh\n[ "$1" = list ] && echo "[]" && exit\necho externally-managed-environment >&2; exit 1\n'
        )
        pip.chmod(0o755)
        result = perform("pip", name="tool", executable=str(pip))
        assert result["failed"]
        assert "virtualenv, or break_system_packages: true" in result["hint"]

    def test_needs_a_pip(self, perform: Perform, tmp_path: Path) -> None:
        args = {"name": "tool", "executable": str(tmp_path / "pip")}
        assert "Unable to find pip; pip needs to be installed." == perform("pip", **args)["msg"]
        foreseen = perform("pip", True, [("package", "python3-pip", "apt")], **args)
        assert (True, ["command pip3, which comes with: apt, with package python3-pip"]) == (
            foreseen["changed"],
            foreseen["assumes"],
        )

    def test_refuses_a_version_for_several(self, perform: Perform) -> None:
        assert "which of several" in perform("pip", name=["a", "b"], version="1")["msg"]
        assert "a>1 has one already" in perform("pip", name="a>1", version="1")["msg"]
