"""Cases of systemd_timer."""

from tests.contract.case import Case

NONE = (
    "systemctl disable --now demo-job.timer 2>/dev/null; rm -f /etc/systemd/system/demo-job.* /opt/demo-job; "
    "systemctl daemon-reload; "
)
UNITS = (
    "cat /etc/systemd/system/demo-job.*; ls /etc/systemd/system/timers.target.wants; "
    "systemctl show demo-job.timer -p ActiveState,UnitFileState,LoadState,TimersCalendar; true"
)
MARK = "# Written by opsengine, with the module systemd_timer."
MADE = NONE + (
    f"printf '%s\\n\\n' '{MARK}' | tee /etc/systemd/system/demo-job.timer > /etc/systemd/system/demo-job.service; "
    "printf '[Unit]\\nDescription=demo-job\\n\\n[Timer]\\nOnCalendar=daily\\n\\n[Install]\\nWantedBy=timers.target\\n' "
    ">> /etc/systemd/system/demo-job.timer; "
    "printf '[Unit]\\nDescription=demo-job\\n\\n[Service]\\nType=oneshot\\nExecStart=/bin/true\\n' "
    ">> /etc/systemd/system/demo-job.service; systemctl daemon-reload; systemctl enable --now demo-job.timer"
)


def timer(title, arrange=MADE, /, **args):
    """A case of the timer demo-job."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect") if key in args}
    given = {"name": "demo-job", **args}
    return Case("systemd_timer", title, given, arrange=arrange, snapshot=UNITS, lab=True, **known)


GONE = {"name": "demo-job", "state": "absent"}

CASES = [
    timer("makes a timer", NONE, command="/bin/echo 100%", on_calendar="daily, Mon..Fri 03:00", undo=GONE, expect={
          "name": "demo-job", "timer": "/etc/systemd/system/demo-job.timer", "state": "present"}),
    timer("makes one in full", NONE, command="/bin/true", on_boot_sec="15min", on_unit_active_sec=["1h"],
          on_unit_inactive_sec="2h", persistent=True, randomized_delay_sec="5min", accuracy_sec="1s", user="ops",
          group="users", working_directory="/tmp", environment={"A": 'a "b" \\ 5%', "B": 1}, environment_file="-/etc/x",
          timeout="1h", description="All of it", service_options={"Nice": 10, "PrivateTmp": True},
          timer_options={"WakeSystem": False}),
    timer("makes one that waits", NONE, command="/bin/true", on_calendar=["daily"], enabled=False, undo=GONE),
    timer("leaves a timer alone", command="/bin/true", on_calendar="daily", same=True),
    timer("changes the times", command="/bin/true", on_calendar="weekly"),
    timer("changes the command", command="/bin/false", on_calendar="daily"),
    timer("stops a timer", command="/bin/true", on_calendar="daily", enabled=False),
    timer("starts a timer again", MADE + "; systemctl stop demo-job.timer", command="/bin/true", on_calendar="daily"),
    timer("removes a timer", state="absent"),
    timer("finds no timer to remove", NONE, state="absent", same=True),
]  # fmt: skip
