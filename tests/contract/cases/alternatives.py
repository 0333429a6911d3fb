"""Cases of alternatives."""

from tests.contract.case import Case

PROGRAMS = "update-alternatives --remove-all demo 2>/dev/null; mkdir -p /opt/demo; cd /opt/demo; touch a b a.1 b.1; "
FOLLOWER = {"name": "demo.1", "link": "/usr/local/share/demo.1", "path": "/opt/demo/a.1"}
BOTH = PROGRAMS + (
    "update-alternatives --install /usr/local/bin/demo demo /opt/demo/a 20 --slave /usr/local/share/demo.1 demo.1 "
    "/opt/demo/a.1; update-alternatives --install /usr/local/bin/demo demo /opt/demo/b -10; "
)
SHOWN = "update-alternatives --query demo; ls -l /usr/local/bin /usr/local/share; true"


def choice(title, arrange=BOTH, /, **args):
    """A case of the name demo."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect") if key in args}
    return Case("alternatives", title, {"name": "demo", **args}, arrange=arrange, snapshot=SHOWN, lab=True, **known)


A = {"path": "/opt/demo/a"}
B = {"path": "/opt/demo/b"}

CASES = [
    choice("makes a name", PROGRAMS, **A, link="/usr/local/bin/demo", subcommands=[FOLLOWER], expect={
           "msg": "Install alternative '/opt/demo/a' for 'demo'. Set alternative '/opt/demo/a' for 'demo'."},
           undo={"name": "demo", **A, "state": "absent"}),
    choice("chooses", **B, undo={"name": "demo", **A}),
    choice("leaves what is chosen alone", **A, same=True, expect={"msg": ""}),
    choice("leaves a choice alone", **B, priority=-10, subcommands=[], state="present", same=True),
    choice("adds a choice", PROGRAMS + "touch /opt/demo/c", path="/opt/demo/c", link="/usr/local/bin/demo",
           priority=99, state="present"),
    choice("changes a priority and keeps what follows", **A, priority=30, state="present"),
    choice("changes what follows", **B, slaves=[{**FOLLOWER, "path": "/opt/demo/b.1"}], state="present"),
    choice("chooses the greatest", BOTH + "update-alternatives --set demo /opt/demo/b", **B, state="auto"),
    choice("removes a choice", **B, state="absent"),
    choice("finds no choice to remove", PROGRAMS, **B, state="absent", same=True),
]  # fmt: skip
