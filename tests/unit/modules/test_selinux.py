"""selinux and seboolean, with folders in place of the kernel's and scripts in place of its programs."""

from pathlib import Path

import pytest

from modules.system import _selinux
from tests.unit.modules.conftest import Perform

SETSEBOOL = """#!/bin/sh
case $1 in -P) shift; echo "$1=$([ $2 = on ] && echo 1 || echo 0)" > {store} ;; esac
[ $2 = on ] && echo 1 1 > {root}/booleans/$1 || echo 0 0 > {root}/booleans/$1
"""
GRUBBY = """#!/bin/sh
case $1 in
--info=ALL) printf 'kernel="/a"\\nargs="ro %s"\\nkernel="/b"\\nargs="ro"\\n' "$(cat {file})" ;;
*) [ $2 = --args ] && echo selinux=0 > {file} || : > {file} ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """/etc/selinux, with a configuration and the policy targeted; no SELinux runs."""
    monkeypatch.setattr(_selinux, "FOLDER", str(tmp_path))
    monkeypatch.setattr(_selinux, "ROOT", str(tmp_path / "fs"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    (tmp_path / "bin").mkdir()
    (tmp_path / "targeted" / "policy").mkdir(parents=True)
    (tmp_path / "config").write_text("# mine\nSELINUX=permissive\nSELINUXTYPE=targeted\n")
    return tmp_path


@pytest.fixture
def running(folder: Path) -> Path:
    """The same where SELinux runs and is enforcing."""
    (folder / "fs" / "booleans").mkdir(parents=True)
    (folder / "fs" / "enforce").write_text("1")
    (folder / "fs" / "booleans" / "web").write_text("0 0\n")
    return folder


def program(folder: Path, name: str, text: str) -> None:
    path = folder / "bin" / name
    path.write_text(text)
    path.chmod(0o755)


class TestSelinux:
    def test_that_is_not_there_is_told_of(self, perform: Perform, tmp_path: Path, folder: Path) -> None:
        args = {"state": "enforcing", "policy": "targeted", "configfile": str(tmp_path / "nosuch")}
        assert "there is no SELinux on this host" in perform("selinux", **args)["msg"]
        args = {"state": "disabled", "configfile": str(tmp_path / "nosuch")}
        assert (False, False) == (perform("selinux", **args)["changed"], perform("selinux", **args)["reboot_required"])

    def test_that_does_not_run_needs_a_reboot(self, perform: Perform, folder: Path) -> None:
        args = {"state": "enforcing", "policy": "targeted", "configfile": str(folder / "config")}
        foreseen = perform("selinux", **args, check=True)
        done = perform("selinux", **args)
        assert (True, True) == (foreseen["changed"], done["changed"])
        assert "Config SELinux state changed from 'permissive' to 'enforcing'" == done["msg"] == foreseen["msg"]
        assert (True, "targeted") == (done["reboot_required"], done["policy"])
        assert "Reboot is required" in done["warnings"][0]
        assert "# mine\nSELINUX=enforcing\nSELINUXTYPE=targeted\n" == (folder / "config").read_text()
        assert not perform("selinux", **args)["changed"]

    def test_that_runs_changes_at_once(self, perform: Perform, running: Path) -> None:
        args = {"state": "permissive", "policy": "targeted", "configfile": str(running / "config")}
        result = perform("selinux", **args)
        assert "SELinux state changed from 'enforcing' to 'permissive'" == result["msg"]
        assert ("0", False) == ((running / "fs" / "enforce").read_text(), result["reboot_required"])

    def test_that_runs_lets_all_pass_until_it_is_gone(self, perform: Perform, running: Path) -> None:
        result = perform("selinux", state="disabled", configfile=str(running / "config"))
        assert ("0", True) == ((running / "fs" / "enforce").read_text(), result["reboot_required"])
        assert "SELINUX=disabled" in (running / "config").read_text()
        assert not perform("selinux", state="disabled", configfile=str(running / "config"))["changed"]

    def test_needs_its_policy(self, perform: Perform, folder: Path) -> None:
        args = {"state": "enforcing", "policy": "mls", "configfile": str(folder / "config")}
        assert "Policy mls does not exist" in perform("selinux", **args)["msg"]

    def test_is_kept_away_by_a_parameter_of_the_kernel(self, perform: Perform, folder: Path) -> None:
        program(folder, "grubby", GRUBBY.format(file=folder / "parameter"))
        (folder / "parameter").write_text("selinux=0")
        args = {"state": "permissive", "policy": "targeted", "configfile": str(folder / "config")}
        result = perform("selinux", **args, update_kernel_param=True)
        assert "Kernel parameters changed from 'mixed' to 'enabled'" == result["msg"]
        assert "" == (folder / "parameter").read_text()


class TestABoolean:
    def test_needs_selinux(self, perform: Perform, folder: Path) -> None:
        assert "SELinux is disabled on this host." == perform("seboolean", name="web", state=True)["msg"]

    def test_that_is_unknown_is_told_of(self, perform: Perform, running: Path) -> None:
        program(running, "setsebool", SETSEBOOL)
        assert "there is none of that name" in perform("seboolean", name="nosuch", state=True)["msg"]

    def test_is_set_for_now(self, perform: Perform, running: Path) -> None:
        program(running, "setsebool", SETSEBOOL.format(root=running / "fs", store="/dev/null"))
        (running / "targeted" / "booleans.subs_dist").write_text("old_web web\n")
        assert perform("seboolean", name="old_web", state=True, check=True)["changed"]
        assert perform("seboolean", name="old_web", state=True)["changed"]
        assert not perform("seboolean", name="web", state=True)["changed"]

    def test_is_set_for_good(self, perform: Perform, running: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from modules.system import seboolean

        monkeypatch.setattr(seboolean, "STORES", (f"{running}/%s/booleans.local",))
        store = running / "targeted" / "booleans.local"
        program(running, "setsebool", SETSEBOOL.format(root=running / "fs", store=store))
        assert perform("seboolean", name="web", state=True, persistent=True)["changed"]
        assert "web=1\n" == store.read_text()
        assert not perform("seboolean", name="web", state=True, persistent=True)["changed"]

    def test_that_the_policy_sets_is_left_alone(self, perform: Perform, running: Path) -> None:
        program(running, "setsebool", "#!/bin/false\n")
        program(running, "semanage", "#!/bin/sh\necho 'web   (off  ,  off)  Allow the web'\n")
        assert not perform("seboolean", name="web", state=False, persistent=True)["changed"]
