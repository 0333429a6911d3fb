"""A file's status in the words of the results of `stat` and `find`."""

import grp
import pwd
import stat


def kinds(mode):
    """What the file is, as isdir, isreg and so on."""
    return {
        "isdir": stat.S_ISDIR(mode),
        "ischr": stat.S_ISCHR(mode),
        "isblk": stat.S_ISBLK(mode),
        "isreg": stat.S_ISREG(mode),
        "isfifo": stat.S_ISFIFO(mode),
        "islnk": stat.S_ISLNK(mode),
        "issock": stat.S_ISSOCK(mode),
    }


def permissions(mode):
    """The permission bits, as text and each by itself."""
    result = {"mode": "%04o" % stat.S_IMODE(mode)}
    for name, shift in (("usr", 6), ("grp", 3), ("oth", 0)):
        for letter, bit in (("r", 4), ("w", 2), ("x", 1)):
            result[letter + name] = bool(mode >> shift & bit)
    result.update(isuid=bool(mode & stat.S_ISUID), isgid=bool(mode & stat.S_ISGID))
    return result


def numbers(found):
    """Owner, size, times and all else that is a number."""
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


def names(found):
    """The names of owner and group, where they have any."""
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
