"""Memory, processors, disks and what is mounted."""

import os
import re

from modules.system._facts.basics import text

SYNTHETIC = (
    "proc", "sysfs", "devtmpfs", "devpts", "tmpfs", "cgroup", "cgroup2", "securityfs", "debugfs", "tracefs", "mqueue",
    "hugetlbfs", "pstore", "bpf", "configfs", "fusectl", "autofs", "binfmt_misc", "rpc_pipefs", "nsfs", "ramfs",
)  # fmt: skip


def hardware_facts():
    """All of the subset."""
    found = {}
    for gather in (_memory, _processor, _board, _uptime, _mounts, _devices):
        found.update(gather())
    return found


def _memory():
    numbers = {key: int(value) // 1024 for key, value in re.findall(r"^(\w+):\s+(\d+)", text("/proc/meminfo"), re.M)}
    total, free = numbers.get("MemTotal", 0), numbers.get("MemFree", 0)
    swap, swap_free = numbers.get("SwapTotal", 0), numbers.get("SwapFree", 0)
    idle = free + numbers.get("Cached", 0) + numbers.get("Buffers", 0)
    return {
        "memtotal_mb": total,
        "memfree_mb": free,
        "swaptotal_mb": swap,
        "swapfree_mb": swap_free,
        "memory_mb": {
            "real": {"total": total, "used": total - free, "free": free},
            "nocache": {"free": idle, "used": total - idle},
            "swap": {
                "total": swap,
                "free": swap_free,
                "used": swap - swap_free,
                "cached": numbers.get("SwapCached", 0),
            },
        },
    }


def _processor():
    names, sockets, cores = [], {}, {}
    for block in text("/proc/cpuinfo").split("\n\n"):
        values = dict(re.findall(r"^([^\t:\n]+?)\s*:[ ]?(.*)$", block, re.M))
        if "processor" not in values:
            continue
        names += [values[key] for key in ("processor", "vendor_id", "model name") if key in values]
        package = values.get("physical id", values["processor"])
        sockets[package] = int(values.get("cpu cores", 1))
        cores[package] = int(values.get("siblings", values.get("cpu cores", 1)))
    count = len(sockets) or os.cpu_count() or 1
    per_socket = next(iter(sockets.values()), 1)
    siblings = next(iter(cores.values()), 1)
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    threads = max(1, siblings // per_socket) if per_socket else 1
    return {
        "processor": names,
        "processor_count": count,
        "processor_cores": per_socket,
        "processor_threads_per_core": threads,
        "processor_vcpus": threads * count * per_socket,
        "processor_nproc": usable,
    }


def _board():
    names = {
        "bios_date": "bios_date", "bios_vendor": "bios_vendor", "bios_version": "bios_version",
        "board_name": "board_name", "board_vendor": "board_vendor", "board_serial": "board_serial",
        "board_version": "board_version", "board_asset_tag": "board_asset_tag", "chassis_vendor": "chassis_vendor",
        "chassis_serial": "chassis_serial", "chassis_version": "chassis_version",
        "chassis_asset_tag": "chassis_asset_tag", "product_name": "product_name", "product_serial": "product_serial",
        "product_uuid": "product_uuid", "product_version": "product_version", "system_vendor": "sys_vendor",
    }  # fmt: skip
    return {name: text("/sys/class/dmi/id/" + file) or "NA" for name, file in names.items()}


def _uptime():
    uptime = text("/proc/uptime").split()
    load = text("/proc/loadavg").split()
    found = {"uptime_seconds": int(float(uptime[0]))} if uptime else {}
    if load:
        found["loadavg"] = {"1m": float(load[0]), "5m": float(load[1]), "15m": float(load[2])}
    return found


def _mounts():
    uuids = _links("/dev/disk/by-uuid")
    found = []
    for line in text("/proc/self/mounts").splitlines():
        device, place, kind, options = line.split()[:4]
        device, place = _plain(device), _plain(place)
        if kind in SYNTHETIC or not (device.startswith(("/", "\\")) or ":" in device):
            continue
        entry = {"mount": place, "device": device, "fstype": kind, "options": options, "dump": 0, "passno": 0}
        entry["uuid"] = uuids.get(os.path.realpath(device), "N/A")
        entry.update(_room(place, kind))
        found.append(entry)
    return {"mounts": found}


def _room(place, kind):
    """How full a file system is; nothing of one over a network, which might hang."""
    return {} if kind.startswith(("nfs", "cifs", "fuse", "ceph", "smb", "9p")) else room(place)


def room(place):
    """How full the file system at a place is; nothing of what cannot be asked."""
    try:
        found = os.statvfs(place)
    except OSError:
        return {}
    return {
        "size_total": found.f_frsize * found.f_blocks,
        "size_available": found.f_frsize * found.f_bavail,
        "block_size": found.f_bsize,
        "block_total": found.f_blocks,
        "block_available": found.f_bavail,
        "block_used": found.f_blocks - found.f_bavail,
        "inode_total": found.f_files,
        "inode_available": found.f_favail,
        "inode_used": found.f_files - found.f_favail,
    }


def _plain(path):
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), path)


def _links(folder):
    found = {}
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        found[os.path.realpath(os.path.join(folder, name))] = name
    return found


def _devices():
    links = {
        kind: _links("/dev/disk/by-" + part)
        for kind, part in (("uuids", "uuid"), ("labels", "label"), ("ids", "id"), ("masters", "none"))
    }
    found = {}
    for name in sorted(os.listdir("/sys/block")) if os.path.isdir("/sys/block") else ():
        found[name] = _device(name, "/sys/block/" + name, links)
    return {"devices": found}


def _device(name, folder, links):
    sectors, sector = int(text(folder + "/size") or 0), int(text(folder + "/queue/hw_sector_size") or 512)
    scheduler = re.search(r"\[(\S+)\]", text(folder + "/queue/scheduler"))
    partitions = {}
    for part in sorted(os.listdir(folder)):
        if part.startswith(name) and os.path.exists(folder + "/" + part + "/partition"):
            size = int(text(folder + "/" + part + "/size") or 0)
            partitions[part] = {
                "start": text(folder + "/" + part + "/start"), "sectors": str(size), "sectorsize": sector,
                "size": readable(size * 512), "links": _own_links(part, links),
                "holders": _holders(folder + "/" + part),
            }  # fmt: skip
    return {
        "virtual": 0 if os.path.exists(folder + "/device") else 1,
        "vendor": text(folder + "/device/vendor") or None,
        "model": text(folder + "/device/model") or None,
        "removable": text(folder + "/removable"),
        "rotational": text(folder + "/queue/rotational"),
        "support_discard": text(folder + "/queue/discard_granularity"),
        "scheduler_mode": scheduler.group(1) if scheduler else "",
        "sectors": str(sectors),
        "sectorsize": str(sector),
        "size": readable(sectors * 512),
        "host": "",
        "holders": _holders(folder),
        "partitions": partitions,
        "links": _own_links(name, links),
    }


def _own_links(name, links):
    return {kind: [link for device, link in found.items() if device == "/dev/" + name] for kind, found in links.items()}


def _holders(folder):
    return sorted(os.listdir(folder + "/holders")) if os.path.isdir(folder + "/holders") else []


def readable(size):
    """Bytes for people: `19.53 GB`."""
    for unit, factor in (("TB", 2**40), ("GB", 2**30), ("MB", 2**20), ("KB", 2**10)):
        if size >= factor:
            return "%.2f %s" % (size / factor, unit)
    return "%.2f Bytes" % size
