"""Fixtures for all tests."""

import os
from collections.abc import Iterator

import pytest

from tests.lab import Lab, machine


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for the lab, so that `-m "not lab"` leaves it out."""
    for item in items:
        if "lab" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.lab)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that needs the lab where none can run, with the reason; in continuous integration it fails."""
    if item.get_closest_marker("lab") and (reason := machine.why_not()):
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; with CI set, tests of the lab are not skipped", pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """Real hosts to test against; all that a session started is removed at its end. See tests/lab/README.md."""
    lab = Lab()
    yield lab
    lab.close()
