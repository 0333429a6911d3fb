"""
Cases of the modules for the kernel's own modules and what a program may do.

The lab has its machine's kernel, which may know no modules: a script stands in for modprobe, a folder for /sys/module.
"""

from tests.contract.case import Case

MODPROBE = (
    "#!/bin/sh\ncase $1 in -n) shift; [ $1 != nosuch ] ;; -r) rmdir /sys/module/$2 ;; *) mkdir /sys/module/$1 ;; esac\n"
)
PRETENDED = (
    "umount /sys/module 2>/dev/null; mkdir -p {folder}/sys/loaded_one; mount --bind {folder}/sys /sys/module; "
    f"printf '%s' '{MODPROBE}' > /usr/local/sbin/modprobe; chmod 755 /usr/local/sbin/modprobe; "
    "rm -rf /etc/modules-load.d /etc/modprobe.d; mkdir /etc/modules-load.d /etc/modprobe.d; "
)
LEAVE = "umount /sys/module; rm /usr/local/sbin/modprobe; "
FILES = (
    "printf '# all\\ndemo-one ; here\\nother' > /etc/modules-load.d/all.conf; "
    "printf 'options demo_one a=1 # x\\noptions demo_one b=2 c=3\\noptions other a=1\\n' > /etc/modprobe.d/all.conf; "
)
LOADED = "ls /sys/module; head -50 /etc/modules-load.d/* /etc/modprobe.d/* 2>&1; true"


def modprobe(title, arrange="", /, **args):
    """A case of a module of the kernel."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect") if key in args}
    return Case("modprobe", title, args, arrange=PRETENDED + arrange, snapshot=LOADED, lab=True, **known)


MODULES = [
    modprobe("loads a module", name="demo", params="a=1", undo={"name": "demo", "state": "absent"},
             expect={"name": "demo", "params": "a=1", "state": "present"}),
    modprobe("leaves a module alone", name="loaded-one", same=True),
    modprobe("unloads a module", name="loaded_one", state="absent"),
    modprobe("finds a module that is built in", LEAVE + PRETENDED + "mkdir -p /lib/modules/$(uname -r); "
             "echo kernel/net/in-side.ko > /lib/modules/$(uname -r)/modules.builtin", name="in_side", same=True),
    modprobe("loads at boot", name="demo", params="b=2 a=1", persistent="present",
             undo={"name": "demo", "state": "absent", "persistent": "absent"}),
    modprobe("changes the parameters", FILES, name="demo_one", params="a=1 b=3", persistent="present"),
    modprobe("leaves the files alone", FILES + "mkdir /sys/module/demo_one", name="demo-one", params="c=3 a=1 b=2",
             persistent="present", same=True),
    modprobe("loads no longer at boot", FILES, name="demo_one", persistent="absent"),
]  # fmt: skip

PROGRAM = "cp /bin/true /opt/capable; setcap -r /opt/capable 2>/dev/null; true; "
BOUND = PROGRAM + "setcap cap_net_bind_service+ep /opt/capable; "


def capable(title, arrange=PROGRAM, /, **args):
    """A case of a program's capabilities."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect") if key in args}
    given = {"path": "/opt/capable", **args}
    return Case("capabilities", title, given, arrange=arrange, snapshot="getcap -v /opt/capable", lab=True, **known)


CAPABILITIES = [
    capable("gives one", capability="CAP_NET_BIND_SERVICE+ep", expect={
            "msg": "capabilities changed", "state": "present"},
            undo={"path": "/opt/capable", "capability": "cap_net_bind_service", "state": "absent"}),
    capable("gives one of the newer", cap="cap_checkpoint_restore=eip"),
    capable("leaves one alone", BOUND, capability="cap_net_bind_service=pe", same=True),
    capable("adds one", BOUND, capability="cap_net_raw,cap_net_admin+ep"),
    capable("changes the flags", BOUND, capability="cap_net_bind_service+p"),
    capable("takes one away", BOUND + "setcap cap_net_raw,cap_chown=p /opt/capable", capability="cap_chown",
            state="absent"),
    capable("finds none to take away", BOUND, capability="cap_chown", state="absent", same=True),
]  # fmt: skip

CONFIG = "printf '# mine\\nSELINUX=permissive\\nSELINUXTYPE=targeted\\n' > {folder}/config"
SEMANAGE = (
    "#!/bin/sh\n"
    "case $* in *--list*) cat /opt/booleans ;; *--on*) echo 'web (off , on) x' > /opt/booleans ;; "
    "*) echo 'web (off , off) x' > /opt/booleans ;; esac\n"
)
BOOLEANS = (
    "echo 'web (off , off) x' > /opt/booleans; cat > /usr/local/sbin/semanage <<'END'\n"
    f"{SEMANAGE}END\nchmod 755 /usr/local/sbin/semanage"
)
ON = {"name": "web", "state": True, "persistent": True, "ignore_selinux_state": True}

SELINUX = [
    Case("selinux", "configures", {"state": "disabled", "configfile": "{folder}/config"}, arrange=CONFIG, expect={
         "state": "disabled", "policy": "targeted", "reboot_required": False}),
    Case("selinux", "leaves alone what is not there", {"state": "disabled", "configfile": "{folder}/nosuch"},
         same=True),
    Case("seboolean", "has nothing to set for now", {**ON, "persistent": False}, same=True, expect={
         "name": "web", "state": True}),
    Case("seboolean", "sets it in the policy", ON, arrange=BOOLEANS, snapshot="cat /opt/booleans", lab=True,
         undo={**ON, "state": False}),
]  # fmt: skip

CASES = [*MODULES, *CAPABILITIES, *SELINUX]
