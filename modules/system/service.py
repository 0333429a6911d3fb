"""Make sure a service runs or does not, now and at boot, whatever the host's service manager is."""

import shlex

from modules.kit import Arg, ModuleFailed
from modules.system import _services
from modules.system._unit import _Unit


class Service(_Unit):
    name = Arg(str, "The service")
    arguments_ = Arg(str, "Words passed on to the script; ignored by systemd", default="", aliases=("args",))
    pattern = Arg(str, "Accepted for services without a status command, and without effect", default=None)
    runlevel = Arg(str, "Accepted for OpenRC, and without effect: the present runlevel is meant", default="default")
    sleep = Arg(int, "Seconds between stop and start of a restart; without effect", default=None)
    use = Arg(
        str, "The service manager, when it is not to be found out", default="auto",
        choices=("auto", "systemd", "sysvinit", "sysv", "service", "openrc"),
    )  # fmt: skip

    one_of = (("state", "enabled"),)

    def check_arguments(self):
        try:
            self.arguments_for_script = shlex.split(vars(self)["arguments"])
        except ValueError as error:
            raise ModuleFailed("arguments: the quotes do not match: %s" % error)
        self.manager = _services.manager(self.use)

    def current(self):
        return self.read_unit()

    def wanted(self):
        return self.wanted_unit()

    def apply(self, change):
        self.apply_unit(change)
