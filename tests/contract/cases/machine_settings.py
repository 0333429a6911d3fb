"""Cases of the modules that set what a machine is called and where it stands."""

from tests.contract.case import Case

NAMED = "hostnamectl set-hostname contract; rm -rf /etc/conf.d /etc/sysconfig; mkdir /etc/conf.d /etc/sysconfig; "
NAMES = "hostname; hostnamectl --static; cat /etc/hostname /etc/conf.d/hostname /etc/sysconfig/network 2>&1; true"


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

ZONED = (
    "systemctl unmask --runtime systemd-timedated 2>/dev/null; rm -rf /etc/sysconfig /etc/adjtime; "
    "timedatectl set-timezone Etc/UTC; timedatectl set-local-rtc 0; "
)
BY_FILES = ZONED + "systemctl mask --runtime --now systemd-timedated 2>/dev/null; "
ZONES = "cat /etc/timezone /etc/adjtime /etc/sysconfig/clock 2>&1; ls -l --time-style=+ /etc/localtime; date +%Z"


def zoned(title, arrange=ZONED, /, **args):
    """A case of the time zone."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect") if key in args}
    return Case("timezone", title, args, arrange=arrange, snapshot=ZONES, lab=True, **known)


TIMEZONES = [
    zoned("sets the zone", name="Europe/Paris", undo={"name": "Etc/UTC"}),
    zoned("leaves the zone alone", name="Etc/UTC", hwclock="UTC", same=True),
    zoned("sets the hardware clock", hwclock="local", undo={"rtc": "UTC"}),
    zoned("sets the zone without systemd", BY_FILES, name="Asia/Tokyo", undo={"name": "Etc/UTC"}),
    zoned("leaves the zone alone without systemd", BY_FILES, name="Etc/UTC", hwclock="UTC", same=True),
    zoned("replaces a copy of a zone", BY_FILES + "cp --remove-destination /usr/share/zoneinfo/Asia/Tokyo "
          "/etc/localtime", name="Etc/UTC"),
    zoned("sees that a copy is of the zone", BY_FILES + "cp --remove-destination /usr/share/zoneinfo/Etc/UTC "
          "/etc/localtime", name="Etc/UTC", same=True),
    zoned("writes the files of other distributions", BY_FILES + "mkdir /etc/sysconfig; "
          "printf '# a\\nZONE=\"Asia/Tokyo\"\\nUTC=no\\n' > /etc/sysconfig/clock", name="Europe/Paris",
          undo={"name": "Asia/Tokyo"}),
]  # fmt: skip

FEW = "sed -i 's/^[^#]/# &/' /etc/locale.gen; sed -i '/^# en_AG /d' /etc/locale.gen; locale-gen >/dev/null; "
BOTSWANA = FEW + "sed -i 's/^# *en_BW ISO/en_BW ISO/' /etc/locale.gen; locale-gen >/dev/null; "


def locales(title, arrange=FEW, /, **args):
    """A case of locales; English ones, which are generated fast."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect") if key in args}
    looked = "locale -a; cat /etc/locale.gen"
    return Case("locale_gen", title, args, arrange=arrange, snapshot=looked, lab=True, **known)


LOCALES = [
    locales("generates locales", name=["en_BW.UTF-8", "en_AG"], undo={"name": ["en_AG"], "state": "absent"}),
    locales("leaves a locale alone", BOTSWANA, name="en_BW", same=True, expect={"name": ["en_BW"]}),
    locales("leaves one alone that is always there", name="C.UTF-8", same=True),
    locales("removes a locale", BOTSWANA, name="en_BW", state="absent"),
    locales("finds no locale to remove", name="en_BW", state="absent", same=True),
]  # fmt: skip

CASES = [*HOSTNAMES, *TIMEZONES, *LOCALES]
