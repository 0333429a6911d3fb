"""Commands that do what commands do."""

import time

from tests.unit.modules.conftest import Perform


class TestACommand:
    def test_that_fails_fails_the_task_with_its_code(self, perform: Perform) -> None:
        result = perform("shell", cmd="echo out; echo err >&2; exit 3")
        assert (True, True, 3) == (result["failed"], result["changed"], result["rc"])
        assert ("out", "err", "non-zero return code") == (result["stdout"], result["stderr"], result["msg"])

    def test_that_does_not_exist_has_code_2(self, perform: Perform) -> None:
        assert 2 == perform("command", cmd="/nosuch")["rc"]

    def test_may_say_a_lot_while_it_is_fed_a_lot(self, perform: Perform) -> None:
        result = perform("command", cmd="cat", stdin="x" * 3_000_000, stdin_add_newline=False)
        assert 3_000_000 == len(result["stdout"])

    def test_may_ignore_its_input(self, perform: Perform) -> None:
        assert 0 == perform("command", cmd="true", stdin="x" * 3_000_000)["rc"]

    def test_that_leaves_a_daemon_behind_is_over_when_it_is_over(self, perform: Perform) -> None:
        begun = time.monotonic()
        result = perform("shell", cmd="sleep 20 & echo started $!")
        assert "started" == result["stdout"].split()[0]
        assert time.monotonic() - begun < 10
        perform("command", argv=["kill", result["stdout"].split()[1]])

    def test_keeps_empty_ends_when_asked(self, perform: Perform) -> None:
        assert "a\n\n" == perform("shell", cmd="echo a; echo", strip_empty_ends=False)["stdout"]

    def test_expands_variables_unless_told_not_to(self, perform: Perform) -> None:
        assert "$HOME" == perform("command", cmd="echo $HOME", expand_argument_vars=False)["stdout"]
        assert "$HOME" != perform("command", cmd="echo $HOME")["stdout"]

    def test_needs_its_folder_unless_it_is_coming(self, perform: Perform) -> None:
        assert "does not exist" in perform("command", cmd="true", chdir="/nosuch", check=True)["msg"]
        result = perform("command", cmd="true", chdir="/nosuch/a", check=True, coming=[("path", "/nosuch", "make it")])
        assert ["path /nosuch/a, which comes with: make it"] == result["assumes"]

    def test_that_creates_something_is_foreseen_as_a_change(self, perform: Perform) -> None:
        assert perform("command", cmd="true", creates="/nosuch", check=True)["changed"]
        result = perform("command", cmd="true", check=True)
        assert (True, "", []) == (result["skipped"], result["stdout"], result["stdout_lines"])

    def test_with_torn_quotes_is_refused(self, perform: Perform) -> None:
        assert "quotes" in perform("command", cmd="echo 'a")["msg"]
