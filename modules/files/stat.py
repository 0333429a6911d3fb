"""Tell all about a file: kind, permissions, owner, times, checksum."""

import grp
import os
import pwd
import re
import stat

from modules.kit import Arg, Path, Query
from modules.kit.filesystem import digest
from modules.kit.process import find_command, run

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
FLAGS = {
    "A": "noatime", "a": "append", "c": "compressed", "C": "nocow", "d": "nodump", "D": "dirsync", "e": "extents",
    "E": "encrypted", "h": "blocksize", "i": "immutable", "I": "indexed", "j": "journalled", "N": "inline",
    "s": "zero", "S": "synchronous", "t": "notail", "T": "blockroot", "u": "undelete", "X": "compressedraw",
    "Z": "compresseddirty",
}  # fmt: skip


class Stat(Query):
    path = Arg(Path, "The file to look at", aliases=("dest", "name"))
    follow = Arg(bool, "Whether a link is followed to what it points to", default=False)
    get_checksum = Arg(bool, "Whether the checksum of a file's content is computed", default=True)
    checksum_algorithm = Arg(
        str, "How the checksum is computed", default="sha1", choices=ALGORITHMS, aliases=("checksum", "checksum_algo")
    )
    get_mime = Arg(
        bool, "Whether the program `file` is asked for MIME type and character set, where it is installed",
        default=True, aliases=("mime", "mime_type", "mime-type"),
    )  # fmt: skip
    get_attributes = Arg(
        bool, "Whether lsattr is asked for the file's flags, where it is installed", default=True,
        aliases=("attr", "attributes"),
    )  # fmt: skip

    def read(self):
        try:
            found = os.stat(self.path) if self.follow else os.lstat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return {"stat": {"exists": False}}
        result = {"exists": True, "path": self.path}
        result.update(_kinds(found.st_mode), **_permissions(found.st_mode))
        result.update(_numbers(found), **_names(found))
        for name, right in (("readable", os.R_OK), ("writeable", os.W_OK), ("executable", os.X_OK)):
            result[name] = os.access(self.path, right)
        if result["islnk"]:
            result["lnk_source"] = os.path.realpath(self.path)
            result["lnk_target"] = os.readlink(self.path)
        if self.get_checksum and result["isreg"] and result["readable"]:
            result["checksum"] = digest(self.path, self.checksum_algorithm)
        if self.get_mime:
            result.update(self._mime())
        if self.get_attributes:
            result.update(self._flags())
        return {"stat": result}

    def _mime(self):
        result = {"mimetype": "unknown", "charset": "unknown"}
        program = find_command("file")
        if program:
            said = run([program, "--brief", "--mime-type", "--mime-encoding", self.path], check=False)
            match = re.match(r"([^;]+);\s*charset=(\S+)", said.stdout)
            if said and match:
                result = {"mimetype": match.group(1).strip(), "charset": match.group(2)}
        return result

    def _flags(self):
        result = {"version": None, "attributes": [], "attr_flags": ""}
        program = find_command("lsattr")
        words = run([program, "-vd", self.path], check=False).stdout.split() if program else []
        if len(words) >= 3:
            letters = words[1].replace("-", "")
            names = [FLAGS[letter] for letter in letters if letter in FLAGS]
            result = {"version": words[0], "attributes": names, "attr_flags": letters}
        return result


def _kinds(mode):
    return {
        "isdir": stat.S_ISDIR(mode),
        "ischr": stat.S_ISCHR(mode),
        "isblk": stat.S_ISBLK(mode),
        "isreg": stat.S_ISREG(mode),
        "isfifo": stat.S_ISFIFO(mode),
        "islnk": stat.S_ISLNK(mode),
        "issock": stat.S_ISSOCK(mode),
    }


def _permissions(mode):
    result = {"mode": "%04o" % stat.S_IMODE(mode)}
    for name, shift in (("usr", 6), ("grp", 3), ("oth", 0)):
        for letter, bit in (("r", 4), ("w", 2), ("x", 1)):
            result[letter + name] = bool(mode >> shift & bit)
    result.update(isuid=bool(mode & stat.S_ISUID), isgid=bool(mode & stat.S_ISGID))
    return result


def _numbers(found):
    return {
        "uid": found.st_uid,
        "gid": found.st_gid,
        "size": found.st_size,
        "inode": found.st_ino,
        "dev": found.st_dev,
        "nlink": found.st_nlink,
        "atime": found.st_atime,
        "mtime": found.st_mtime,
        "ctime": found.st_ctime,
        "blocks": found.st_blocks,
        "block_size": found.st_blksize,
        "device_type": found.st_rdev,
    }


def _names(found):
    result = {}
    try:
        result["pw_name"] = pwd.getpwuid(found.st_uid).pw_name
    except KeyError:
        pass
    try:
        result["gr_name"] = grp.getgrgid(found.st_gid).gr_name
    except KeyError:
        pass
    return result
