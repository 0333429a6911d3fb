"""Facts that cost nothing: names, kernel, time, user, environment, Python, local facts."""

import json
import os
import platform
import pwd
import re
import socket
import stat
import subprocess
import sys
import time

from modules.kit.filesystem import read


def text(path):
    """The stripped text of a small file; empty when it cannot be read."""
    try:
        return (read(path) or b"").decode("utf-8", "replace").strip()
    except OSError:
        return ""


def platform_facts():
    """system, kernel, architecture, hostname, fqdn, machine_id, ..."""
    system = os.uname()
    node = system.nodename
    fqdn = socket.getfqdn()
    machine = system.machine
    bits = "64bit" if sys.maxsize > 2**32 else "32bit"
    architecture = "i386" if re.match(r"i[3456]86$", machine) else machine
    return {
        "system": system.sysname,
        "kernel": system.release,
        "kernel_version": system.version,
        "machine": machine,
        "architecture": architecture,
        "userspace_bits": bits[:2],
        "userspace_architecture": "x86_64" if machine == "x86_64" and bits == "64bit" else architecture,
        "python_version": platform.python_version(),
        "hostname": node.split(".")[0],
        "nodename": node,
        "fqdn": fqdn,
        "domain": fqdn.partition(".")[2],
        "machine_id": text("/var/lib/dbus/machine-id") or text("/etc/machine-id"),
    }


def date_time_facts():
    """date_time: now, in the host's zone and in UTC."""
    now = time.time()
    local, utc = time.localtime(now), time.gmtime(now)
    micro = "%06d" % (now % 1 * 1e6)
    names = {
        "year": "%Y", "month": "%m", "weekday": "%A", "weekday_number": "%w", "weeknumber": "%W", "day": "%d",
        "hour": "%H", "minute": "%M", "second": "%S", "date": "%Y-%m-%d", "time": "%H:%M:%S", "tz": "%Z",
        "tz_offset": "%z", "iso8601_basic_short": "%Y%m%dT%H%M%S",
    }  # fmt: skip
    found = {name: time.strftime(layout, local) for name, layout in names.items()}
    found.update(
        epoch=str(int(now)),
        epoch_int=str(int(now)),
        tz_dst=time.tzname[1],
        iso8601=time.strftime("%Y-%m-%dT%H:%M:%SZ", utc),
        iso8601_micro=time.strftime("%Y-%m-%dT%H:%M:%S.", utc) + micro + "Z",
        iso8601_basic=time.strftime("%Y%m%dT%H%M%S", local) + micro,
    )
    return {"date_time": found}


def user_facts():
    """user_id, user_uid, ... of who runs the task."""
    try:
        user = pwd.getpwuid(os.getuid())
    except KeyError:
        return {"user_uid": os.getuid(), "user_gid": os.getgid()}
    return {
        "user_id": user.pw_name,
        "user_uid": user.pw_uid,
        "user_gid": user.pw_gid,
        "user_gecos": user.pw_gecos,
        "user_dir": user.pw_dir,
        "user_shell": user.pw_shell,
        "real_user_id": os.getuid(),
        "effective_user_id": os.geteuid(),
        "real_group_id": os.getgid(),
        "effective_group_id": os.getegid(),
    }


def env_facts():
    """env: the environment of the task."""
    return {"env": dict(os.environ)}


def python_facts():
    """python: the interpreter that runs the agent."""
    version = sys.version_info
    return {
        "python": {
            "version": dict(zip(("major", "minor", "micro", "releaselevel", "serial"), version)),
            "version_info": list(version),
            "executable": sys.executable,
            "has_sslcontext": True,
            "type": sys.implementation.name,
        }
    }


def cmdline_facts():
    """cmdline and proc_cmdline: what the kernel was started with."""
    single, several = {}, {}
    for word in text("/proc/cmdline").split():
        key, separator, value = word.partition("=")
        single[key] = value if separator else True
        if key in several and separator:
            several[key] = (several[key] if isinstance(several[key], list) else [several[key]]) + [value]
        else:
            several[key] = value if separator else True
    return {"cmdline": single, "proc_cmdline": several}


def dns_facts():
    """dns: what /etc/resolv.conf says."""
    found = {}
    for line in text("/etc/resolv.conf").splitlines():
        words = line.split()
        if len(words) < 2 or line[0] in "#;":
            continue
        if words[0] == "nameserver":
            found.setdefault("nameservers", []).append(words[1])
        elif words[0] == "domain":
            found["domain"] = words[1]
        elif words[0] in ("search", "sortlist"):
            found[words[0]] = words[1:]
        elif words[0] == "options":
            options = [word.partition(":") for word in words[1:]]
            found["options"] = {name: value if separator else True for name, separator, value in options}
    return {"dns": found}


def security_facts():
    """selinux, apparmor, fips."""
    apparmor = "enabled" if os.path.exists("/sys/kernel/security/apparmor") else "disabled"
    found = {"apparmor": {"status": apparmor}, "fips": text("/proc/sys/crypto/fips_enabled") == "1"}
    enforce = text("/sys/fs/selinux/enforce")
    selinux = {"status": "disabled"}
    if enforce:
        config = dict(re.findall(r"^(\w+)=(\S+)", text("/etc/selinux/config"), re.M))
        selinux = {
            "status": "enabled",
            "mode": "enforcing" if enforce == "1" else "permissive",
            "config_mode": config.get("SELINUX", "unknown"),
            "type": config.get("SELINUXTYPE", "unknown"),
            "policyvers": text("/sys/fs/selinux/policyvers") or "unknown",
        }
    return dict(found, selinux=selinux, selinux_python_present=True)


def ssh_facts():
    """ssh_host_key_..._public and its keytype: the host's own public keys."""
    found = {}
    for kind in ("dsa", "rsa", "ecdsa", "ed25519"):
        words = text("/etc/ssh/ssh_host_%s_key.pub" % kind).split()
        if len(words) >= 2:
            found["ssh_host_key_%s_public" % kind] = words[1]
            found["ssh_host_key_%s_public_keytype" % kind] = words[0]
    return found


def local_facts(folder):
    """local: the facts of *.fact files: what they print where they are executable, else JSON or INI."""
    found = {}
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        if name.endswith(".fact"):
            found[name[: -len(".fact")]] = _local(os.path.join(folder, name))
    return {"local": found}


def _local(path):
    try:
        runs = os.stat(path).st_mode & stat.S_IXUSR
    except OSError as error:
        return "Could not stat fact (%s): %s" % (path, error)
    if runs:
        try:
            said = subprocess.run([path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        except OSError as error:
            return "Failure executing fact script (%s): %s" % (path, error)
        if said.returncode:
            said = (path, said.returncode, said.stderr.decode("utf-8", "replace"))
            return "Failure executing fact script (%s), rc: %s, err: %s" % said
        data = said.stdout.decode("utf-8", "replace")
    else:
        data = text(path)
    try:
        return json.loads(data)
    except ValueError:
        return _ini(data, path)


def _ini(data, path):
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(data)
    except configparser.Error:
        return "error loading facts as JSON or ini - please check content: %s" % path
    return {section: dict(parser.items(section)) for section in parser.sections()}
