"""Cases of modules that pack and unpack archives."""

from pathlib import Path

from tests.contract.case import Case

DATA = Path(__file__).parent / "data"
TREE = (
    "mkdir -p {folder}/s/a/b {folder}/out; cd {folder}/s; printf hello > a/b/c; printf x > a/d; chmod 4751 a/d;"
    " ln -s ../d a/b/link; ln a/d a/twin; mkfifo a/pipe; chown nobody a/b/c; chmod 700 a/b; touch -d '2020-01-02' a/d"
)
AWAY = "; rm -r {folder}/s; cd /"
TAR = TREE + "; tar cf {folder}/x.tar a" + AWAY
ZIP = (
    'mkdir -p {folder}/out; python3 -c \'import zipfile, sys; z = zipfile.ZipFile(sys.argv[1], "w");'
    ' z.writestr("a/", ""); z.writestr("a/f", "hello"); i = zipfile.ZipInfo("a/g", (2020, 1, 2, 3, 4, 6));'
    ' i.external_attr = 0o100700 << 16; i.create_system = 3; z.writestr(i, "x"); i = zipfile.ZipInfo("a/l");'
    ' i.create_system = 3; i.external_attr = 0o120777 << 16; z.writestr(i, "f"); z.close()\' {folder}/x.zip'
)
HERE = {"remote_src": True, "dest": "{folder}/out"}


def packed(option: str, name: str) -> str:
    """The tree packed with an option of tar."""
    return TREE + f"; tar c {option} -f {{folder}}/{name} ." + AWAY


PACK = {"path": "{folder}/s", "dest": "{folder}/x.tgz"}
PACKED = "; tar czf {folder}/x.tgz --format=gnu --sort=name -C {folder} s/a"

CASES = [
    Case("unarchive", "unpacks a tar archive", {"src": "{folder}/x.tar", **HERE}, arrange=TAR),
    Case("unarchive", "unpacks gzip", {"src": "{folder}/x.tgz", **HERE}, arrange=packed("-z", "x.tgz")),
    Case("unarchive", "unpacks bzip2", {"src": "{folder}/x", **HERE}, arrange=packed("-j", "x")),
    Case("unarchive", "unpacks xz", {"src": "{folder}/x", **HERE}, arrange=packed("-J", "x")),
    Case("unarchive", "unpacks zstd", {"src": "{folder}/x", **HERE}, arrange=packed("--zstd", "x")),
    Case("unarchive", "unpacks a zip archive", {"src": "{folder}/x.zip", **HERE}, arrange=ZIP),
    Case("unarchive", "unpacks an archive of the controller",
         {"src": str(DATA / "archive.tar.gz"), "dest": "{folder}", "list_files": True},
         expect={"files": ["app/", "app/bin/", "app/bin/run", "app/conf"], "handler": "TgzArchive"}),
    Case("unarchive", "changes only what differs", {"src": "{folder}/x.tar", **HERE},
         arrange=TAR + "; tar xf {folder}/x.tar -C {folder}/out; echo more >> {folder}/out/a/b/c"),
    Case("unarchive", "mends attributes", {"src": "{folder}/x.tar", **HERE},
         arrange=TAR + "; tar xf {folder}/x.tar -C {folder}/out; chmod 600 {folder}/out/a/d; rm {folder}/out/a/twin;"
         " chmod 777 {folder}/out/a/b; touch {folder}/out/a/b/c; ln -sf nowhere {folder}/out/a/b/link"),
    Case("unarchive", "leaves an unpacked tree alone", {"src": "{folder}/x.tar", **HERE},
         arrange=TAR + "; tar xf {folder}/x.tar -C {folder}/out", same=True),
    Case("unarchive", "has nothing to do where what it creates exists",
         {"src": "/nowhere", "creates": "{folder}/out", **HERE}, arrange="mkdir {folder}/out", same=True,
         expect={"skipped": True}),
    Case("unarchive", "sets mode and owner", {"src": "{folder}/x.tar", **HERE, "mode": "u=rwX,go=rX",
         "owner": "nobody", "group": "daemon"}, arrange=TAR),
    Case("unarchive", "takes some members", {"src": "{folder}/x.tar", **HERE, "include": ["a/b"], "list_files": True},
         arrange=TAR, expect={"files": ["a/b/", "a/b/c", "a/b/link"]}),
    Case("unarchive", "leaves some members out", {"src": "{folder}/x.tar", **HERE, "exclude": ["b/*", "d", "twin"],
         "list_files": True}, arrange=TAR, expect={"files": ["a/", "a/b/", "a/pipe"]}),
    Case("unarchive", "strips the first part of names",
         {"src": "{folder}/x.tar", **HERE, "extra_opts": ["--strip-components=1", "--no-same-owner"]}, arrange=TAR),
    Case("unarchive", "keeps newer files", {"src": "{folder}/x.tar", **HERE, "keep_newer": True, "include": ["a/d"]},
         arrange=TAR + "; mkdir {folder}/out/a; echo mine > {folder}/out/a/d", same=True),
    Case("unarchive", "replaces links and files in the way", {"src": "{folder}/x.tar", **HERE},
         arrange=TAR + "; mkdir -p {folder}/out/a/pipe; touch {folder}/out/a/b; ln -s /etc/passwd {folder}/out/a/d"),
    Case("archive", "packs one file by itself", {"path": "{folder}/s/a/d"}, arrange=TREE,
         expect={"dest_state": "compress"}),
    Case("archive", "packs one file by itself with bzip2",
         {"path": "{folder}/s/a/d", "format": "bz2", "dest": "{folder}/d", "mode": "0600", "owner": "nobody"},
         arrange=TREE),
    Case("archive", "packs a folder", PACK, arrange=TREE, expect={"dest_state": "archive", "missing": []}),
    Case("archive", "packs a folder with bzip2", {**PACK, "format": "bz2"}, arrange=TREE),
    Case("archive", "packs a folder with xz", {**PACK, "format": "xz"}, arrange=TREE),
    Case("archive", "packs a folder plainly", {**PACK, "format": "tar"}, arrange=TREE),
    Case("archive", "packs a folder with zip", {**PACK, "format": "zip"}, arrange=TREE + "; rm {folder}/s/a/pipe"),
    Case("archive", "packs anew what has another format", PACK,
         arrange=TREE + "; tar cJf {folder}/x.tgz -C {folder}/s --exclude=s/a --exclude=. a"),
    Case("archive", "packs anew what has changed", PACK, arrange=TREE + PACKED + "; echo more >> {folder}/s/a/b/c"),
    Case("archive", "leaves an archive alone", PACK, arrange=TREE + PACKED, same=True),
    Case("archive", "sets the mode of an archive", {**PACK, "mode": "0640"}, arrange=TREE + PACKED),
    Case("archive", "packs an archive in the folder itself", {**PACK, "dest": "{folder}/s/x.tgz"}, arrange=TREE),
    Case("archive", "leaves things out",
         {"path": ["{folder}/s/*", "{folder}/out"], "exclude_path": "{folder}/s/o*", "dest": "{folder}/x.tgz",
          "exclusion_patterns": ["*/b*", "*pipe"]},
         arrange=TREE + "; touch {folder}/s/other", expect={"missing": []}),
    Case("archive", "tells what is missing", {**PACK, "path": ["{folder}/s", "{folder}/none"]}, arrange=TREE,
         expect={"dest_state": "incomplete"}),
    Case("archive", "removes what it has packed", {**PACK, "remove": True}, arrange=TREE),
    Case("archive", "removes nothing that it has not packed",
         {**PACK, "remove": True, "exclusion_patterns": ["*/c"]}, arrange=TREE),
    Case("archive", "removes what is packed already", {**PACK, "remove": True}, arrange=TREE + PACKED),
    Case("archive", "packs one file into an archive",
         {"path": "{folder}/s/a/d", "dest": "{folder}/d.zip", "format": "zip", "force_archive": True, "remove": True},
         arrange=TREE,
         expect={"dest_state": "archive"}),
]  # fmt: skip
