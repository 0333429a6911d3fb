"""Cases of sysvinit; the script of the service starts a process that keeps its output open."""

from tests.contract.case import Case

SCRIPT = """#!/bin/sh
### BEGIN INIT INFO
# Provides: oldie
# Required-Start: $remote_fs
# Required-Stop: $remote_fs
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
# Short-Description: a demo
### END INIT INFO
case $1 in
start) sleep 12345 & echo $! > /run/oldie.pid; echo "$2" > /run/oldie.said ;;
stop) kill $(cat /run/oldie.pid) 2>/dev/null; rm -f /run/oldie.pid ;;
reload) date +%N > /run/oldie.said ;;
status) if [ -e /run/oldie.pid ]; then echo "oldie is running"; else echo "oldie is stopped"; exit 3; fi ;;
esac
"""
OLDIE = (
    "[ ! -x /etc/init.d/oldie ] || /etc/init.d/oldie stop; rm -f /run/oldie.said /etc/rc?.d/*oldie; "
    f"cat > /etc/init.d/oldie <<'END'\n{SCRIPT}END\nchmod 755 /etc/init.d/oldie; "
)
RUNS = OLDIE + "/etc/init.d/oldie start >/dev/null 2>&1; "
ENABLED = OLDIE + "update-rc.d oldie defaults; "
SHOWN = "ls /etc/rc?.d/*oldie /run/oldie.pid 2>&1; cat /run/oldie.said 2>&1; true"


def script(title, arrange=OLDIE, /, **args):
    """A case of the service oldie."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect", "repeats") if key in args}
    return Case("sysvinit", title, {"name": "oldie", **args}, arrange=arrange, snapshot=SHOWN, lab=True, **known)


CASES = [
    script("starts", state="started", arguments="'a word'", undo={"name": "oldie", "state": "stopped"}),
    script("leaves alone what runs", RUNS, state="started", same=True),
    script("finds what runs by its process", RUNS, state="started", pattern="sleep 12345", same=True),
    script("stops", RUNS, state="stopped"),
    script("restarts", RUNS, state="restarted", sleep=0, repeats=True),
    script("reloads", RUNS, state="reloaded", repeats=True),
    script("enables", enabled=True, undo={"name": "oldie", "enabled": False}),
    script("enables in runlevels", enabled=True, runlevels=[3, "5"],
           undo={"name": "oldie", "enabled": False, "runlevels": ["3"]}),
    script("leaves alone what is enabled", ENABLED, enabled=True, runlevels=["3"], same=True),
]  # fmt: skip
