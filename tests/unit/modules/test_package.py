"""How `package` hands on what it is told."""

from tests.unit.modules.conftest import Perform


class TestPackage:
    def test_refuses_a_manager_that_it_does_not_know(self, perform: Perform) -> None:
        result = perform("package", name="x", use="zypper")
        assert ("the package manager zypper is not supported", "package knows apt, dnf, dnf5, yum, apk") == (
            result["msg"],
            result["hint"].partition(";")[0],
        )

    def test_takes_the_arguments_of_the_manager_and_no_others(self, perform: Perform) -> None:
        result = perform("package", name="x", use="ansible.builtin.apt", enablerepo="extra")
        assert [{"argument": "enablerepo", "message": "unknown argument"}] == result["problems"]

    def test_checks_them_as_the_manager_does(self, perform: Perform) -> None:
        result = perform("package", name="x", use="apt", state="gone")
        assert "value of state must be one of: present, absent, latest" in result["msg"]
