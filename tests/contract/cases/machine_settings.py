"""Cases of the modules that set what a machine is called and where it stands."""

from tests.contract.case import Case

NAMED = "hostnamectl set-hostname contract; rm -rf /etc/conf.d /etc/sysconfig; mkdir /etc/conf.d /etc/sysconfig; "
NAMES = "hostname; hostnamectl --static; cat /etc/hostname /etc/conf.d/hostname /etc/sysconfig/network 2>&1; true"
    "hostname; hostnamectl --static; cat /etc/hostname /etc/conf.d/hostname /etc/sysconfig/network 2>/dev/null; true"
)


def named(title, arrange="", /, **args):
    """A case of the host's name."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect") if key in args}
    return Case("hostname", title, args, arrange=NAMED + arrange, snapshot=NAMES, lab=True, **known)


HOSTNAMES = [
    named("sets both names", name="demo.example", undo={"name": "contract"}, expect={"name": "demo.example"}),
    named("leaves the name alone", name="contract", same=True),
    named("sets the permanent name", "echo other > /etc/hostname; systemctl restart systemd-hostnamed; "
          "hostname contract", name="contract"),
    named("writes /etc/hostname", name="demo", use="alpine", undo={"name": "contract", "use": "alpine"}),
    named("replaces a line", "printf '# mine\\nHOSTNAME = \"x\" # y\\nA=b' > /etc/sysconfig/network", name="demo",
          use="redhat", undo={"name": "contract", "use": "redhat"}),
    named("adds a line", "echo '# mine' > /etc/conf.d/hostname", name="demo", use="openrc",
          undo={"name": "contract", "use": "openrc"}),
    named("sets what is running", name="demo", use="generic", undo={"name": "contract", "use": "generic"}),
]  # fmt: skip

CASES = [*HOSTNAMES]
