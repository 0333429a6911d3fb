"""Cases of modules/system; services and kernel parameters need a host of the lab."""

from tests.contract.case import Case

UNITS = "systemctl show demo cron -p ActiveState,UnitFileState,LoadState"
DEMO = (
    "systemctl unmask demo 2>/dev/null; systemctl disable --now demo 2>/dev/null; "
    "printf '[Service]\\nExecStart=/bin/sleep infinity\\nExecReload=/bin/true\\n' > /etc/systemd/system/demo.service; "
    "printf '[Install]\\nWantedBy=multi-user.target\\n' >> /etc/systemd/system/demo.service; systemctl daemon-reload; "
)
START = DEMO + "systemctl start demo"
KERNEL = "cat /proc/sys/net/ipv4/ip_default_ttl {folder}/s.conf 2>/dev/null || true"
TTL = {"name": "net.ipv4.ip_default_ttl", "value": 63, "sysctl_file": "{folder}/s.conf"}
RESET = "echo 64 > /proc/sys/net/ipv4/ip_default_ttl; "

CASES = [
    Case("ping", "answers", {}, kind="query", expect={"ping": "pong"}),
    Case("setup", "gathers facts", {}, kind="query"),
    Case("service", "starts and enables", {"name": "demo", "state": "started", "enabled": True}, arrange=DEMO,
         snapshot=UNITS, undo={"name": "demo", "state": "stopped", "enabled": False}, lab=True),
    Case("service", "leaves alone what runs", {"name": "demo", "state": "started"}, arrange=START, snapshot=UNITS,
         same=True, lab=True),
    Case("service", "restarts", {"name": "demo", "state": "restarted"}, arrange=START, snapshot=UNITS, repeats=True,
         lab=True),
    Case("systemd", "stops", {"name": "demo.service", "state": "stopped", "daemon_reload": True}, arrange=START,
         snapshot=UNITS, lab=True),
    Case("systemd", "masks", {"name": "demo-masked", "masked": True, "enabled": None}, arrange=(
         "rm -f /etc/systemd/system/demo-masked.service; mkdir -p /usr/lib/systemd/system; "
         "printf '[Service]\\nExecStart=/bin/true\\n' > /usr/lib/systemd/system/demo-masked.service; "
         "systemctl daemon-reload"), snapshot="systemctl show demo-masked -p LoadState,UnitFileState",
         undo={"name": "demo-masked", "masked": False}, lab=True),
    Case("sysctl", "sets the kernel and the file", TTL, arrange=RESET, snapshot=KERNEL, lab=True,
         undo={**TTL, "state": "absent"}),
    Case("sysctl", "replaces a line of the file", TTL, snapshot=KERNEL, lab=True, arrange=RESET
         + "printf '# c\\nnet.ipv4.ip_default_ttl = 1\\nnet/ipv4/ip_default_ttl=2\\nvm.swappiness=1\\n'"
         " > {folder}/s.conf"),
]  # fmt: skip
