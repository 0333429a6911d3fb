"""Cases of modules that look for files, wait, read the system's tables, and put files together."""

from tests.contract.case import Case

TREE = (
    "mkdir -p {folder}/d/sub; printf 'one\\ntwo\\n' > {folder}/d/a.txt; printf x > {folder}/d/sub/b.log;"
    " touch {folder}/d/.hidden; ln -s a.txt {folder}/d/link"
)
PARTS = "mkdir {folder}/d; printf a > {folder}/d/1; printf 'b\\n' > {folder}/d/2; printf c > {folder}/d/.3"

CASES = [
    Case("find", "lists files", {"paths": "{folder}/d"}, arrange=TREE, kind="query", expect={"matched": 1}),
    Case(
        "find",
        "searches folders in folders",
        {"paths": "{folder}/d", "recurse": True, "hidden": True, "get_checksum": True},
        arrange=TREE,
        kind="query",
        expect={"matched": 3, "examined": 5},
    ),
    Case(
        "find",
        "keeps to what fits in every way",
        {"paths": "{folder}/d", "recurse": True, "patterns": "*.txt,*.log", "size": "-4", "age": "-1h"},
        arrange=TREE,
        kind="query",
        expect={"matched": 1},
    ),
    Case(
        "find",
        "looks into files",
        {"paths": "{folder}/d", "contains": "t.o"},
        arrange=TREE,
        kind="query",
        expect={"matched": 1},
    ),
    Case(
        "find",
        "says which folders there are not",
        {"paths": ["{folder}/nowhere"]},
        kind="query",
        expect={"msg": "Not all paths examined, check warnings for details", "matched": 0},
    ),
    Case(
        "wait_for",
        "finds a text in a file",
        {"path": "{folder}/d/a.txt", "search_regex": "t(w.)$"},
        arrange=TREE,
        kind="query",
        expect={"match_groups": ["wo"]},
    ),
    Case("wait_for", "sees that a port is closed", {"port": 1, "state": "stopped"}, kind="query"),
    Case("wait_for", "sees that a port is drained", {"port": 1, "state": "drained"}, kind="query"),
    Case("getent", "reads an entry", {"database": "passwd", "key": "root"}, kind="query"),
    Case("assemble", "puts fragments together", {"src": "{folder}/d", "dest": "{folder}/f"}, arrange=PARTS),
    Case(
        "assemble",
        "parts them by a line",
        {"src": "{folder}/d", "dest": "{folder}/f", "delimiter": "--", "ignore_hidden": True, "mode": "0600"},
        arrange=PARTS,
    ),
    Case(
        "async_status",
        "tells what a job's file says",
        {"jid": "j1.1"},
        arrange='mkdir -p ~/.ansible_async; echo \'{"finished": 1, "rc": 0}\' > ~/.ansible_async/j1.1',
        kind="query",
        expect={"finished": True, "rc": 0},
    ),
]
