"""Cases of modules/files."""

from pathlib import Path

from tests.contract.case import Case

DATA = Path(__file__).parent / "data"
FOLDER = {"path": "{folder}/a/b", "state": "directory", "mode": "0750"}
LINK = {"path": "{folder}/link", "src": "file", "state": "link"}

CASES = [
    Case("file", "makes a folder and those above it", FOLDER, undo={"path": "{folder}/a", "state": "absent"}),
    Case("file", "leaves a folder as it is", FOLDER, arrange="mkdir -p -m 750 {folder}/a {folder}/a/b", same=True),
    Case("file", "sets a mode by symbols", {"path": "{folder}/f", "mode": "u=rwX,g+s,o-r"}, arrange="touch {folder}/f"),
    Case("file", "changes what is in a folder",
         {"path": "{folder}/a", "recurse": True, "mode": "u=rwX,go=rX", "owner": "nobody", "state": "directory"},
         arrange="mkdir -p {folder}/a/b; touch {folder}/a/b/c; chmod 600 {folder}/a/b/c; ln -s c {folder}/a/b/l"),
    Case("file", "makes a link", LINK, arrange="touch {folder}/file", undo={**LINK, "state": "absent", "src": None}),
    Case("file", "turns a link", LINK, arrange="touch {folder}/file; ln -s other {folder}/link"),
    Case("file", "links to nothing when forced", {**LINK, "force": True}),
    Case("file", "replaces a file by a link when forced", {**LINK, "force": True}, arrange="touch {folder}/link"),
    Case("file", "makes a hard link", {**LINK, "src": "{folder}/file", "state": "hard"}, arrange="touch {folder}/file"),
    Case("file", "makes an empty file", {"path": "{folder}/t", "state": "touch", "mode": "0600"}, repeats=True,
         volatile=("atime", "mtime")),
    Case("file", "keeps the times of a file it touches",
         {"path": "{folder}/t", "state": "touch", "access_time": "preserve", "modification_time": "preserve"},
         arrange="touch {folder}/t", same=True),
    Case("file", "sets a time", {"path": "{folder}/t", "modification_time": "202001020304.05"},
         arrange="touch {folder}/t"),
    Case("file", "removes a folder", {"path": "{folder}/a", "state": "absent"},
         arrange="mkdir -p {folder}/a/b; touch {folder}/a/b/c"),
    Case("file", "leaves alone what is gone", {"path": "{folder}/a", "state": "absent"}, same=True),
    Case("copy", "writes a text", {"content": "hello\n", "dest": "{folder}/f", "mode": "0640", "owner": "nobody"}),
    Case("copy", "writes a mapping as JSON", {"content": {"a": [1]}, "dest": "{folder}/f"}),
    Case("copy", "replaces a text", {"content": "new\n", "dest": "{folder}/f", "validate": "grep new %s"},
         arrange="echo old > {folder}/f; chmod 600 {folder}/f"),
    Case("copy", "leaves a text as it is", {"content": "old\n", "dest": "{folder}/f"},
         arrange="echo old > {folder}/f", same=True),
    Case("copy", "leaves what is there unless forced", {"content": "new\n", "dest": "{folder}/f", "force": False},
         arrange="echo old > {folder}/f", same=True),
    Case("copy", "changes only the mode", {"content": "old\n", "dest": "{folder}/f", "mode": "u=rw,go="},
         arrange="echo old > {folder}/f"),
    Case("copy", "replaces a link by a file", {"content": "new\n", "dest": "{folder}/l"},
         arrange="echo old > {folder}/f; ln -s f {folder}/l"),
    Case("copy", "writes through a link", {"content": "new\n", "dest": "{folder}/l", "follow": True},
         arrange="echo old > {folder}/f; ln -s f {folder}/l"),
    Case("copy", "sends a file into a folder", {"src": str(DATA / "hello.txt"), "dest": "{folder}/new/"}),
    Case("copy", "sends a folder", {"src": str(DATA), "dest": "{folder}", "mode": "0604", "directory_mode": "0705"}),
    Case("copy", "sends what is in a folder", {"src": f"{DATA}/", "dest": "{folder}/x", "local_follow": False}),
    Case("copy", "copies a file of the host", {"src": "{folder}/a", "dest": "{folder}/b", "remote_src": True,
         "mode": "preserve"}, arrange="echo a > {folder}/a; chmod 4711 {folder}/a"),
    Case("copy", "copies a folder of the host", {"src": "{folder}/a/", "dest": "{folder}/b", "remote_src": True},
         arrange="mkdir -p {folder}/a/c; echo a > {folder}/a/c/f"),
    Case("copy", "copies a folder of the host with its modes and links",
         {"src": "{folder}/a", "dest": "{folder}/b", "remote_src": True, "owner": "nobody"},
         arrange="mkdir -p {folder}/a/c {folder}/b; echo a > {folder}/a/c/f; chmod 751 {folder}/a/c/f;"
         " ln -s . {folder}/a/l"),
    Case("copy", "follows links of the host as far as they lead to an end",
         {"src": "{folder}/a/", "dest": "{folder}/b", "remote_src": True, "local_follow": True},
         arrange="mkdir -p {folder}/a/c; echo a > {folder}/a/c/f; ln -s . {folder}/a/l; ln -s gone {folder}/a/g;"
         " ln -s c {folder}/a/d"),
    Case("copy", "sends a folder into one that is not there", {"src": str(DATA), "dest": "{folder}/new"},
         undo={"src": str(DATA), "dest": "{folder}/new", "mode": "0600"}),
    Case("template", "writes a rendered text",
         {"src": str(DATA / "greeting.j2"), "dest": "{folder}/greeting", "mode": "0600"}),
    Case("stat", "tells of a file", {"path": "{folder}/f"}, arrange="touch {folder}/f", kind="query"),
    Case("stat", "tells that there is none", {"path": "{folder}/f"}, kind="query", expect={"stat": {"exists": False}}),
]  # fmt: skip
