"""Cases of modules/packages, on a host of the lab."""

from tests.contract.case import Case

INSTALLED = "dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}\\n'; apt-mark showmanual"
ANSWERS = "cat /var/cache/debconf/config.dat /var/cache/debconf/passwords.dat"


def forgotten(package: str) -> str:
    """The arrangement that a package has no answers."""
    return f"echo PURGE | debconf-communicate {package} > /dev/null; "


def answered(line: str) -> str:
    """The arrangement that a question has this answer, and its package no other."""
    return forgotten(line.split()[0]) + f"echo {line} | debconf-set-selections"


CASES = [
    Case("apt", "installs with all that comes along", {"name": "docker.io", "state": "present"}, snapshot=INSTALLED,
         lab=True, undo={"name": ["docker.io", "containerd", "runc"], "state": "absent", "purge": True}),
    Case("apt", "leaves alone what is installed", {"name": ["bash", "coreutils"]}, snapshot=INSTALLED, same=True,
         lab=True),
    Case("apt", "leaves alone what is not installed", {"name": "nosuchpackage", "state": "absent"},
         snapshot=INSTALLED, same=True, lab=True),
    Case("package", "removes", {"name": "runc", "state": "absent"}, snapshot=INSTALLED, lab=True,
         arrange="apt-get -qy install runc >/dev/null"),
    Case("debconf", "answers a question", {"name": "tzdata", "question": "tzdata/Zones/Etc", "vtype": "select",
         "value": "GMT+3"}, arrange=answered("tzdata tzdata/Zones/Etc select UTC"), snapshot=ANSWERS, lab=True,
         expect={"current": {"tzdata/Zones/Etc": "GMT+3"}, "previous": {"tzdata/Zones/Etc": "UTC"}}),
    Case("debconf", "answers a question of a package that is not installed", {"name": "new", "question": "new/agree",
         "vtype": "boolean", "value": True, "unseen": True}, arrange=forgotten("new"), snapshot=ANSWERS, lab=True),
    Case("debconf", "leaves an answer alone that says the same", {"name": "new", "question": "new/agree",
         "vtype": "boolean", "value": "TRUE"}, arrange=answered("new new/agree boolean true"), snapshot=ANSWERS,
         same=True, lab=True),
    Case("debconf", "chooses several, in any order", {"name": "new", "question": "new/several", "vtype": "multiselect",
         "value": ["b", "a"]}, arrange=answered("new new/several multiselect a, b"), snapshot=ANSWERS, same=True,
         lab=True),
    Case("debconf", "chooses several others", {"name": "new", "question": "new/several", "vtype": "multiselect",
         "value": ["c", "a"]}, arrange=answered("new new/several multiselect a, b"), snapshot=ANSWERS, lab=True),
    Case("debconf", "sets a password and shows none", {"name": "new", "question": "new/word", "vtype": "password",
         "value": "hush"}, arrange=answered("new new/word password old"), snapshot=ANSWERS, lab=True,
         expect={"current": {"new/word": "********"}, "previous": {"new/word": "********"}}),
    Case("debconf", "leaves a password alone that is the same", {"name": "new", "question": "new/word",
         "vtype": "password", "value": "hush"}, arrange=answered("new new/word password hush"), snapshot=ANSWERS,
         same=True, lab=True),
    Case("debconf", "has a question asked again", {"name": "new", "question": "new/agree", "vtype": "seen",
         "value": False}, arrange=answered("new new/agree boolean true"), snapshot=ANSWERS, lab=True),
    Case("debconf", "tells the answers", {"name": "new"}, arrange=answered("new new/agree boolean true"), same=True,
         snapshot=ANSWERS, lab=True, expect={"current": {"new/agree": "true"}}),
]  # fmt: skip
