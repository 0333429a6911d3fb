"""What events carry of results."""

from opsengine.execution.results import visible


class TestAResult:
    def test_of_a_loop_carries_the_diffs_and_assumptions_of_its_items(self) -> None:
        items = [{"diff": [{"after": "a"}], "assumes": ["x"]}, {"diff": {"after": "b"}}]
        _, diffs, assumes = visible({"results": items}, hidden=False)
        assert ([{"after": "a"}, {"after": "b"}], ["x"]) == (diffs, assumes)

    def test_may_have_results_of_its_own_that_are_no_items(self) -> None:
        result = {"results": ["Installed: tool-1.0"], "diff": [{"after": "a"}], "assumes": ["x"]}
        assert (result["results"], [{"after": "a"}], ["x"]) == (
            visible(result, hidden=False)[0]["results"],
            *visible(result, hidden=False)[1:],
        )
        assert ([], []) == visible({"results": None}, hidden=False)[1:]
