"""What the modules of the system's settings refuse, put back and foresee."""

import os
import signal
from pathlib import Path

import pytest

from tests.unit.modules.conftest import Perform


class TestACronJob:
    def test_of_two_lines_is_refused(self, perform: Perform, tmp_path: Path) -> None:
        args = {"name": "a", "job": "one\ntwo", "user": "root", "cron_file": str(tmp_path / "f")}
        assert "should be one line" in perform("cron", **args)["msg"]

    def test_in_a_file_needs_a_user(self, perform: Perform, tmp_path: Path) -> None:
        assert perform("cron", name="a", job="b", cron_file=str(tmp_path / "f"))["msg"].startswith("user: required")

    def test_has_one_kind_of_time(self, perform: Perform) -> None:
        result = perform("cron", name="a", job="b", special_time="daily", hour="1")
        assert "cannot be combined" in result["msg"]

    def test_does_not_go_into_the_systems_own_file(self, perform: Perform) -> None:
        assert "/etc/crontab" in perform("cron", name="a", job="b", user="root", cron_file="/etc/crontab")["msg"]

    def test_of_an_unknown_user_is_refused(self, perform: Perform) -> None:
        result = perform("cron", name="a", job="b", user="nosuchuser", check=True, coming=[("command", "crontab", "x")])
        assert "there is no user nosuchuser" == result["msg"]

    def test_may_be_of_a_user_who_is_coming(self, perform: Perform) -> None:
        coming = [("command", "crontab", "install cron"), ("user", "nosuchuser", "add them")]
        result = perform("cron", name="a", job="b", user="nosuchuser", check=True, coming=coming)
        assert "#Ansible: a\n* * * * * b\n" == result["diff"][0]["after"]

    def test_keeps_letters_that_are_not_utf_8(self, perform: Perform, tmp_path: Path) -> None:
        path = tmp_path / "jobs"
        path.write_bytes(b"# \xff\n")
        assert perform("cron", name="a", job="b", user="root", cron_file=str(path))["changed"]
        assert path.read_bytes().startswith(b"# \xff\n")

    def test_keeps_a_copy_of_what_was_there(self, perform: Perform, tmp_path: Path) -> None:
        path = tmp_path / "jobs"
        path.write_text("# mine\n")
        result = perform("cron", name="a", job="b", user="root", cron_file=str(path), backup=True)
        copy = Path(result["backup_file"])
        assert "# mine\n" == copy.read_text()
        copy.unlink()

    def test_behind_a_variable_that_is_missing_is_refused(self, perform: Perform, tmp_path: Path) -> None:
        args = {"name": "A", "value": "b", "user": "root", "cron_file": str(tmp_path / "f"), "env": True}
        assert "Variable named 'B' not found." == perform("cron", **args, insertafter="B")["msg"]


class TestAKnownHost:
    def test_has_to_be_named_in_the_key(self, perform: Perform, tmp_path: Path) -> None:
        result = perform("known_hosts", name="a", key="b ssh-rsa AAAA", path=str(tmp_path / "f"))
        assert "does not match" in result["msg"]

    def test_key_is_a_whole_line(self, perform: Perform, tmp_path: Path) -> None:
        assert "NAMES TYPE KEY" in perform("known_hosts", name="a", key="ssh-rsa AAAA", path=str(tmp_path / "f"))["msg"]

    def test_file_needs_a_folder(self, perform: Perform, tmp_path: Path) -> None:
        result = perform("known_hosts", name="a", key="a ssh-rsa AAAA", path=str(tmp_path / "no" / "f"))
        assert f"path {tmp_path / 'no'} does not exist" == result["msg"]


class TestAMount:
    def test_that_fails_leaves_fstab_and_folders_as_they_were(self, perform: Perform, tmp_path: Path) -> None:
        fstab = tmp_path / "fstab"
        fstab.write_text("# mine\n")
        args = {"path": str(tmp_path / "a" / "b"), "src": "/dev/nosuchdevice", "fstype": "ext4", "state": "mounted"}
        assert perform("mount", **args, fstab=str(fstab))["failed"]
        assert ("# mine\n", ["fstab"]) == (fstab.read_text(), [found.name for found in tmp_path.iterdir()])

    def test_once_more_needs_something_mounted(self, perform: Perform, tmp_path: Path) -> None:
        args = {"path": str(tmp_path), "state": "remounted", "check": True}
        assert f"nothing is mounted at {tmp_path}" == perform("mount", **args)["msg"]
        assert perform("mount", **args, coming=[("mount", str(tmp_path), "mount it")])["changed"]

    def test_for_now_does_not_cover_another(self, perform: Perform) -> None:
        result = perform("mount", path="/proc", src="/dev/nosuchdevice", fstype="ext4", state="ephemeral", check=True)
        assert "proc is mounted at /proc already" in result["msg"]

    def test_shows_no_secret_options(self, perform: Perform, tmp_path: Path) -> None:
        fstab = tmp_path / "fstab"
        fstab.write_text("//a/b /mnt/x cifs password=hunter2 0 0\n")
        args = {"path": "/mnt/x", "src": "//a/b", "fstype": "cifs", "state": "present", "fstab": str(fstab)}
        result = perform("mount", **args, opts="password=hunter3,ro", opts_no_log=True)
        assert result["changed"]
        assert "hunter" not in str(result)

    def test_keeps_a_copy_of_fstab(self, perform: Perform, tmp_path: Path) -> None:
        fstab = tmp_path / "fstab"
        fstab.write_text("# mine\n")
        args = {"path": "/mnt/x", "src": "/dev/x", "fstype": "ext4", "state": "present", "fstab": str(fstab)}
        assert "# mine\n" == Path(perform("mount", **args, backup=True)["backup_file"]).read_text()


class TestMountFacts:
    def test_read_fstab(self, perform: Perform, tmp_path: Path) -> None:
        fstab = tmp_path / "fstab"
        fstab.write_text("# mine\nnosuch:/a /mnt/a\\040b nfs ro 0 2\nUUID=1-2 none swap sw # swap\n\nnodev proc\n")
        facts = perform("mount_facts", sources=[str(fstab)])["ansible_facts"]
        line = "nosuch:/a /mnt/a\\040b nfs ro 0 2"
        expected = {
            "device": "nosuch:/a",
            "mount": "/mnt/a b",
            "fstype": "nfs",
            "options": "ro",
            "dump": 0,
            "passno": 2,
            "uuid": None,
            "ansible_context": {"source": str(fstab), "source_data": line},
        }
        assert expected == facts["mount_points"]["/mnt/a b"]
        assert ("1-2", []) == (facts["mount_points"]["none"]["uuid"], facts["aggregate_mounts"])

    def test_name_what_is_mounted_where(self, perform: Perform) -> None:
        points = perform("mount_facts", fstypes=["proc"], timeout=20)["ansible_facts"]["mount_points"]
        assert "proc" == points["/proc"]["fstype"]
        assert "/etc/mtab" == points["/proc"]["ansible_context"]["source"]

    def test_warn_of_what_covers_another(self, perform: Perform, tmp_path: Path) -> None:
        fstab = tmp_path / "fstab"
        fstab.write_text("a /mnt/a nfs ro\nb /mnt/a nfs ro\n")
        result = perform("mount_facts", sources=[str(fstab)])
        assert "/mnt/a in " in result["warnings"][0]
        assert "a" == result["ansible_facts"]["mount_points"]["/mnt/a"]["device"]
        result = perform("mount_facts", sources=[str(fstab)], include_aggregate_mounts=True)
        assert ["a", "b"] == [mount["device"] for mount in result["ansible_facts"]["aggregate_mounts"]]
        assert "warnings" not in result


class TestAlternatives:
    def test_reads_what_rhel_shows(self, perform: Perform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        shown = (
            "java - status is manual.\n link currently points to /opt/8/java\n"
            "/opt/8/java - family java-8.x86_64 priority 18\n follower javac: /opt/8/javac\n"
            "/opt/11/java - family java-11.x86_64 priority 11\n follower javac: (null)\nCurrent `best' version is x.\n"
        )
        program = tmp_path / "update-alternatives"
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{shown}END\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        assert not perform("alternatives", name="java", family="java-8.x86_64", check=True)["changed"]
        result = perform("alternatives", name="java", path="/opt/11/java", check=True)
        assert "Set alternative '/opt/11/java' for 'java'." == result["msg"]
        follower = {"name": "javac", "path": "/opt/8/javac", "link": "/usr/bin/javac"}
        args = {"name": "java", "path": "/opt/8/java", "state": "present"}
        assert not perform("alternatives", **args, subcommands=[follower], check=True)["changed"]

    def test_needs_a_path_or_a_family(self, perform: Perform) -> None:
        assert "path: required" in perform("alternatives", name="java")["msg"]


class TestAKernelModule:
    def test_that_cannot_be_loaded_is_told_of_in_a_dry_run(
        self, perform: Perform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        program = tmp_path / "modprobe"
        program.write_text("#!/bin/sh\necho no such module >&2; exit 1\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        assert "no such module" == perform("modprobe", name="nosuch", check=True)["msg"]
        assert perform("modprobe", name="nosuch", check=True, coming=[("package", "linux", "install it")])["changed"]


class TestALimit:
    @pytest.mark.parametrize("item, value", [("nofile", "many"), ("nice", "20"), ("nofile", "-2")])
    def test_has_to_be_one(self, item: str, value: str, perform: Perform, tmp_path: Path) -> None:
        args = {"domain": "ann", "limit_type": "-", "limit_item": item, "value": value, "dest": str(tmp_path / "f")}
        assert perform("pam_limits", **args)["msg"].startswith("value: should be a number")

    def test_is_not_greatest_and_lowest(self, perform: Perform) -> None:
        args = {"domain": "ann", "limit_type": "-", "limit_item": "core", "value": "1", "use_min": True}
        assert "same time" in perform("pam_limits", **args, use_max=True)["msg"]


class TestACapability:
    @pytest.mark.parametrize(
        "capability, problem",
        [
            ("cap_net_raw", "and flags of e, i and p"),
            ("cap_net_raw-ep", "and flags of e, i and p"),
            ("cap_net_raww+ep", "there is no cap_net_raww (did you mean `cap_net_raw`?)"),
            ("cap_net_raw+e", "the flag e needs p or i"),
        ],
    )
    def test_is_written_as_setcap_takes_it(self, capability: str, problem: str, perform: Perform) -> None:
        assert problem in perform("capabilities", path="/bin/sh", capability=capability)["msg"]

    def test_is_one_of_a_file(self, perform: Perform, tmp_path: Path) -> None:
        args = {"path": str(tmp_path / "p"), "capability": "cap_net_raw+ep"}
        assert "does not exist" in perform("capabilities", **args)["msg"]
        result = perform("capabilities", **args, check=True, coming=[("package", "p", "install p")])
        assert {"capabilities": {"cap_net_raw": "ep"}} == result["diff"][0]["after"]


class TestARuleOfTheFilter:
    def test_is_written_with_the_extensions_it_needs(self, perform: Perform) -> None:
        from modules.kit.args import bind
        from modules.system._iptables_rule import words_of
        from modules.system.iptables import Iptables

        given = {
            "chain": "DEMO",
            "protocol": "!udp",
            "match": ["state"],
            "ctstate": ["NEW", "RELATED"],
            "match_set": "admins",
            "match_set_flags": "src",
            "uid_owner": "!root",
            "set_dscp_mark_class": "CS1",
            "jump": "DSCP",
            "icmp_type": "8",
        }
        values, problems = bind(Iptables.arguments(), given)
        assert [] == problems
        words = words_of(type("Args", (), values), "ipv6")
        expected = (
            "! -p udp -m state -j DSCP --set-dscp-class CS1 --state NEW,RELATED -m set --match-set admins src "
            "-m owner ! --uid-owner root --icmpv6-type 8"
        )
        assert expected == " ".join(words)

    def test_that_logs_jumps_nowhere_else(self, perform: Perform) -> None:
        assert "LOG jump target" in perform("iptables", chain="INPUT", log_prefix="x", jump="DROP")["msg"]


def test_a_daemon_that_keeps_its_output_open_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from modules.system import _services

    program = tmp_path / "service"
    program.write_text(f"#!/bin/sh\nsleep 300 &\necho $! > {tmp_path}/pid\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    _services.SysV().act("demo", "start")
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)
