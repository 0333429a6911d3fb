"""Cases of apk, on a Debian host with a stub of Alpine's program: see tests/stub_apk.py."""

from pathlib import Path

from tests.contract.case import Case

STUB = Path(__file__).parents[2] / "stub_apk.py"
MAKE = (
    f"cat > /usr/local/bin/apk <<'STUB'\n{STUB.read_text()}STUB\n"
    "chmod 755 /usr/local/bin/apk; rm -rf /srv/apk*; mkdir -p /srv/apk /etc/apk; : > /etc/apk/world; "
)
OLD_TOOL = MAKE + "printf 1.0-r0 > /srv/apk/tool; printf 1.9-r3 > /srv/apk/lib; echo tool > /etc/apk/world"
SNAPSHOT = "cat /etc/apk/world; ls /srv; head /srv/apk/*; true"

CASES = [
    Case("apk", "installs with all that is needed", {"name": "tool"}, arrange=MAKE, snapshot=SNAPSHOT, lab=True,
         undo={"name": "tool", "state": "absent"}, expect={"packages": ["lib", "tool"]}),
    Case("apk", "asks for what came for another package", {"name": ["tool", "lib"]}, arrange=OLD_TOOL,
         snapshot=SNAPSHOT, lab=True, expect={"packages": []}),
    Case("apk", "installs a version", {"name": "tool=1.0-r0"}, arrange=MAKE, snapshot=SNAPSHOT, lab=True),
    Case("apk", "leaves alone what is installed, although there is newer", {"name": "tool"}, arrange=OLD_TOOL,
         snapshot=SNAPSHOT, same=True, lab=True),
    Case("apk", "brings up to date", {"name": "tool", "state": "latest"}, arrange=OLD_TOOL, snapshot=SNAPSHOT, lab=True,
         expect={"packages": ["tool"]}),
    Case("apk", "brings all up to date", {"upgrade": True, "available": True}, arrange=OLD_TOOL, snapshot=SNAPSHOT,
         lab=True, expect={"packages": ["lib", "tool"], "msg": "upgraded packages"}),
    Case("apk", "finds that all is up to date", {"upgrade": True}, arrange=OLD_TOOL + "; apk upgrade", same=True,
         snapshot=SNAPSHOT, lab=True),
    Case("apk", "removes with what came for it", {"name": ["tool", "nosuch"], "state": "removed"}, arrange=OLD_TOOL,
         snapshot=SNAPSHOT, lab=True),
    Case("apk", "leaves alone what is not installed", {"name": "nosuch", "state": "absent"}, arrange=MAKE, same=True,
         snapshot=SNAPSHOT, lab=True),
    Case("apk", "fetches lists", {"update_cache": True}, arrange=MAKE, snapshot=SNAPSHOT, lab=True, repeats=True,
         expect={"msg": "updated repository indexes"}),
    Case("package", "installs by apk", {"name": "lib", "use": "community.general.apk", "available": True},
         arrange=MAKE, snapshot=SNAPSHOT, lab=True, undo={"name": "lib", "state": "absent", "use": "apk"}),
    Case("package_facts", "lists those of apk", {"manager": "apk"}, arrange=OLD_TOOL, kind="query", lab=True,
         expect={"ansible_facts": {"packages": {
             "lib": [{"name": "lib", "version": "1.9", "release": "r3", "source": "apk"}],
             "tool": [{"name": "tool", "version": "1.0", "release": "r0", "source": "apk"}]}}}),
    Case("package", "installs by apk", {"name": "lib", "use": "community.general.apk", "available": True},
         arrange=MAKE, snapshot=SNAPSHOT, lab=True, undo={"name": "lib", "state": "absent", "use": "apk"}),
    Case("package_facts", "lists those of apk", {"manager": "apk"}, arrange=OLD_TOOL, kind="query", lab=True,
         expect={"ansible_facts": {"packages": {
             "lib": [{"name": "lib", "version": "1.9", "release": "r3", "source": "apk"}],
             "tool": [{"name": "tool", "version": "1.0", "release": "r0", "source": "apk"}]}}}),
]  # fmt: skip
