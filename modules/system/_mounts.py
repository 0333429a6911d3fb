"""What is mounted, as /proc/self/mountinfo tells (proc(5)), and the lines of fstab(5)."""

import os
import re

from modules.kit.filesystem import read

MOUNTINFO = "/proc/self/mountinfo"
FIELDS = ("src", "name", "fstype", "opts", "dump", "passno")
TAGS = {"UUID": "by-uuid", "LABEL": "by-label", "PARTUUID": "by-partuuid", "PARTLABEL": "by-partlabel", "ID": "by-id"}
ESCAPES = (("\\", "\\134"), (" ", "\\040"), ("\t", "\\011"), ("\n", "\\012"), ("&", "\\046"))


class Mount:
    """One mount: where (path), of what (source), the folder of it that is seen (root), its type and options."""

    def __init__(self, path, source, root, fstype, options):
        self.path = path
        self.source = source
        self.root = root
        self.fstype = fstype
        self.options = options

    def is_of(self, src):
        """Whether `src`, as fstab names it, is what is mounted here: a device, a tag, a folder, a loop's file."""
        if src == self.source:
            return True
        device = device_of(src)
        if device and self.source.startswith("/") and os.path.realpath(device) == os.path.realpath(self.source):
            return True
        if not src.startswith("/"):
            return False
        try:
            if os.path.samefile(src, self.path):
                return True
        except OSError:
            return False
        return self._loop_file() == os.path.realpath(src)

    def _loop_file(self):
        number = re.match(r"/dev/(loop\d+)$", self.source)
        backing = read("/sys/block/%s/loop/backing_file" % number.group(1)) if number else None
        return backing.decode("utf-8", "surrogateescape").strip() if backing else None


def device_of(src):
    """The path of a device that is named by a tag (UUID=...) or its path; None for anything else."""
    tag, separator, value = src.partition("=")
    if separator and tag in TAGS:
        return "/dev/disk/%s/%s" % (TAGS[tag], value.strip('"'))
    return src if src.startswith("/dev/") else None


def mount_at(path):
    """What is mounted at a path, the uppermost; None when nothing is."""
    place = os.path.realpath(path)
    found = [mount for mount in mounts() if mount.path == place]
    return found[-1] if found else None


def mounts():
    """Every mount of this process's view, in the order in which they were made."""
    found = []
    for line in (read(MOUNTINFO) or b"").decode("utf-8", "surrogateescape").splitlines():
        words = line.split(" ")
        kind, source = words[words.index("-") + 1 :][:2]
        found.append(Mount(unescaped(words[4]), unescaped(source), unescaped(words[3]), kind, words[5]))
    return found


def unescaped(text):
    """A field of mountinfo or fstab with its octal escapes resolved."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), text)


def escaped(text):
    """A text as a field of fstab."""
    for letter, code in ESCAPES:
        text = text.replace(letter, code)
    return text


def words_of(line):
    """The 4 to 6 fields of a line of fstab, as written; None for a comment or what is no entry."""
    words = re.split(r"\s#", line)[0].split()
    return words if 4 <= len(words) <= 6 and not words[0].startswith("#") else None


def entry(line):
    """A line of fstab as {name: field} (see FIELDS), dump and passno 0 where they are left out; None as words_of."""
    words = words_of(line)
    return words and dict(zip(FIELDS, words + ["0"] * (6 - len(words))))
