"""What package managers refuse and what they wait for, on hosts of the lab."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import ClassVar

import pytest

from tests.contract.case import LabTarget, perform
from tests.contract.cases import apk
from tests.lab import Lab
from tests.lab.daemon import client

# Holds a lock, as dpkg and apt do (lockf) or as debconf does (flock), until it is told to end.
HOLD = """
python3 - <<'END' &
import fcntl, os, time
file = open("{path}", "a")
fcntl.{call}(file, fcntl.LOCK_EX)
open("/run/held", "w").close()
while not os.path.exists("/run/release"):
    time.sleep(0.1)
END
while [ ! -e /run/held ]; do sleep 0.1; done; rm /run/held
"""


@pytest.fixture(scope="module")
def debian(lab: Lab) -> Iterator[LabTarget]:
    target = LabTarget(lab.host("packages"), client)
    yield target
    target.agent.close()


@pytest.fixture(scope="module")
def red_hat(lab: Lab) -> Iterator[LabTarget]:
    target = LabTarget(lab.host("packages-rpm", "rpm"), client)
    yield target
    target.agent.close()


def hold(target: LabTarget, path: str, call: str = "lockf") -> None:
    """Have a process of the host hold a lock until `release_soon`."""
    target.run("rm -f /run/release; " + HOLD.format(path=path, call=call))


def release_soon(target: LabTarget) -> None:
    """Have the lock go a little later, while somebody waits for it."""
    target.run("(sleep 2; touch /run/release) >/dev/null 2>&1 &")


class TestApt:
    def test_waits_for_another_program_that_holds_its_lock(self, debian: LabTarget) -> None:
        debian.run("apt-get remove -qy runc > /dev/null")
        hold(debian, "/var/lib/dpkg/lock-frontend")
        refused = perform(debian, "apt", {"name": "runc", "lock_timeout": 1})
        assert "another program has held the lock of apt for 1 seconds: " in refused["msg"]
        assert "(python3)" in refused["msg"]
        release_soon(debian)
        done = perform(debian, "apt", {"name": "runc"})
        assert done["changed"], done
        assert "waited for another program that holds the lock of apt" in done["warnings"][0]

    def test_leaves_the_sources_as_they_were_where_they_cannot_be_fetched(self, debian: LabTarget) -> None:
        sources = "find /etc/apt/sources.list* -type f -exec sha1sum {} +"
        before = debian.run(sources)
        args = {"repo": "deb [trusted=yes] file:/srv/nowhere ./", "update_cache_retries": 1}
        refused = perform(debian, "apt_repository", args)
        assert refused["failed"]
        assert "are the sources right, and can the host reach them?" == refused["hint"]
        assert before == debian.run(sources)


class TestDebconf:
    ARGS: ClassVar = {"name": "new", "question": "new/secret", "vtype": "password"}

    def test_waits_for_another_program_that_holds_its_lock(self, debian: LabTarget) -> None:
        hold(debian, "/var/cache/debconf/config.dat", "flock")
        refused = perform(debian, "debconf", {**self.ARGS, "value": "first-word", "lock_timeout": 1})
        assert "another program has held the lock of debconf for 1 seconds" == refused["msg"]
        release_soon(debian)
        done = perform(debian, "debconf", {**self.ARGS, "value": "first-word"})
        assert done["changed"], done
        assert ["waited for another program that holds the lock of debconf"] == done["warnings"]

    def test_shows_no_password(self, debian: LabTarget) -> None:
        for word in ("second-word", "third-word"):
            done = perform(debian, "debconf", {**self.ARGS, "value": word})
            assert done["changed"], done
            assert "-word" not in json.dumps(done)
        assert "0 third-word" in debian.run("echo GET new/secret | debconf-communicate new")


class TestApk:
    @pytest.fixture
    def alpine(self, debian: LabTarget) -> LabTarget:
        """A host with a stub of apk."""
        debian.run(apk.MAKE)
        return debian

    def test_waits_for_another_program_that_holds_its_lock(self, alpine: LabTarget) -> None:
        alpine.run("touch /srv/apk.lock")
        refused = perform(alpine, "apk", {"name": "tool", "lock_timeout": 1})
        assert "another program has held the lock of apk for 1 seconds" == refused["msg"]
        alpine.run("(sleep 2; rm /srv/apk.lock) >/dev/null 2>&1 &")
        done = perform(alpine, "apk", {"name": "tool"})
        assert done["changed"], done
        assert ["waited for another program that holds the lock of apk"] == done["warnings"]

    def test_names_what_no_repository_has(self, alpine: LabTarget) -> None:
        refused = perform(alpine, "apk", {"name": ["docs", "tool"]})
        assert ("docs (no such package)" in refused["msg"], "update_cache: true fetches the lists") == (
            True,
            refused["hint"],
        )

    def test_foresees_what_fresh_lists_may_bring(self, alpine: LabTarget) -> None:
        args = {"name": ["docs", "tool"], "update_cache": True}
        foreseen = perform(alpine, "apk", args, check=True)
        after = {"docs": "unknown until update_cache has run", "lib": "2.0-r0", "tool": "1.1-r2"}
        assert after == foreseen["diff"][0]["after"]["packages"], foreseen
        assert "0.9_git20-r1" == perform(alpine, "apk", args)["diff"][0]["after"]["packages"]["docs"]

    def test_does_not_remove_what_others_need(self, alpine: LabTarget) -> None:
        perform(alpine, "apk", {"name": ["tool", "lib"]})
        refused = perform(alpine, "apk", {"name": "lib", "state": "absent"})
        assert "these packages are needed by others: lib" == refused["msg"]


class TestDnf:
    @pytest.mark.parametrize("backend", ["dnf", "yum"])
    def test_waits_for_another_program_that_holds_its_lock(self, red_hat: LabTarget, backend: str) -> None:
        red_hat.run("rpm -q docs && rpm -e docs; mkdir -p /var/cache/dnf")
        hold(red_hat, "/run/any")
        red_hat.run("pgrep -nx python3 > /var/cache/dnf/metadata_lock.pid")
        args = {"name": "docs", "use_backend": backend}
        refused = perform(red_hat, "dnf", {**args, "lock_timeout": 1})
        assert "held the lock of" in refused["msg"], refused
        release_soon(red_hat)
        done = perform(red_hat, "dnf", args)
        assert done["changed"], done
        assert "waited for another program that holds the lock of dnf" in done["warnings"][0]

    @pytest.mark.parametrize("backend", ["dnf", "yum"])
    def test_names_what_no_repository_has(self, red_hat: LabTarget, backend: str) -> None:
        refused = perform(red_hat, "dnf", {"name": ["nosuch", "lib"], "use_backend": backend})
        assert ("Failed to install some of the specified packages", ["No package nosuch available."]) == (
            refused["msg"],
            refused["failures"],
        )

    @pytest.mark.parametrize("backend", ["dnf", "yum"])
    def test_takes_for_granted_in_a_dry_run_what_a_new_repository_may_have(
        self, red_hat: LabTarget, backend: str
    ) -> None:
        red_hat.run("rpm -q docs && rpm -e docs; true")
        coming = [("package lists", "dnf", "yum_repository")]
        args = {"name": ["nosuch", "docs"], "use_backend": backend}
        foreseen = perform(red_hat, "dnf", args, check=True, coming=coming)
        assert ["package lists dnf, which comes with: yum_repository"] == foreseen["assumes"]
        after = {"nosuch": "unknown until yum_repository has run", "docs.noarch": "1.0-1.el9"}
        assert {"packages": after} == foreseen["diff"][0]["after"]

    @pytest.mark.parametrize("backend", ["dnf", "yum"])
    def test_tells_what_cannot_be_met(self, red_hat: LabTarget, backend: str) -> None:
        refused = perform(red_hat, "dnf", {"name": "broken", "use_backend": backend})
        assert "nothing provides nosuch needed by broken-1.0-1.el9.noarch" in refused["msg"]
        assert (
            perform(red_hat, "dnf", {"name": "broken", "skip_broken": True, "use_backend": backend})["changed"] is False
        )

    def test_refuses_what_is_not_signed(self, red_hat: LabTarget) -> None:
        refused = perform(red_hat, "dnf", {"name": "/srv/rpm/lab/lib-1.0.rpm"})
        assert "Failed to validate GPG signature for lib-1.0-1.el9.noarch" in refused["msg"]

    def test_tells_that_a_repository_is_missing(self, red_hat: LabTarget) -> None:
        refused = perform(red_hat, "dnf", {"name": "lib", "enablerepo": "nosuch"})
        assert "enablerepo: there is no repository nosuch" == refused["msg"]

    def test_tells_what_is_installed(self, red_hat: LabTarget) -> None:
        perform(red_hat, "dnf", {"name": "tool"})
        found = perform(red_hat, "dnf", {"list": "tool"})["results"]
        assert ("2:tool-1.1-1.el9.noarch", "installed") in [(one["envra"], one["yumstate"]) for one in found]
        facts = perform(red_hat, "package_facts", {})["ansible_facts"]["packages"]["tool"]
        expected = {"name": "tool", "version": "1.1", "release": "1.el9", "epoch": 2, "arch": "noarch", "source": "rpm"}
        assert [expected] == facts
