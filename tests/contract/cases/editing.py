"""Cases of the modules that change the text of a file, read it, or make one for a while."""

from tests.contract.case import Case

START = "printf 'one\\ntwo=2\\nthree' > {folder}/f; chmod 640 {folder}/f"
BYTES = "printf 'one\\n\\377\\376\\ntwo\\n' > {folder}/f"
FILE = {"path": "{folder}/f"}

CASES = [
    Case(
        "lineinfile",
        "replaces a line",
        {**FILE, "regexp": "^two=", "line": "two=3"},
        arrange=START,
        undo={**FILE, "regexp": "^two=", "line": "two=2"},
        expect={"msg": "line replaced"},
    ),
    Case("lineinfile", "adds a line and ends the one before", {**FILE, "line": "four"}, arrange=START),
    Case("lineinfile", "adds a line behind another", {**FILE, "line": "new", "insertafter": "^one"}, arrange=START),
    Case("lineinfile", "leaves a line that is there", {**FILE, "line": "one"}, arrange=START, same=True),
    Case(
        "lineinfile", "removes lines", {**FILE, "regexp": "^t", "state": "absent"}, arrange=START, expect={"found": 2}
    ),
    Case("lineinfile", "leaves bytes that are no text", {**FILE, "line": "end"}, arrange=BYTES),
    Case("lineinfile", "makes the file", {**FILE, "line": "x", "create": True, "mode": "0600"}),
    Case(
        "lineinfile",
        "checks the file before it counts",
        {**FILE, "line": "new", "validate": "grep -q new %s"},
        arrange=START,
    ),
    Case(
        "blockinfile",
        "adds a block",
        {**FILE, "block": "a\nb"},
        arrange=START,
        undo={**FILE, "state": "absent"},
        expect={"msg": "Block inserted"},
    ),
    Case(
        "blockinfile",
        "changes a block in its place",
        {**FILE, "block": "new", "marker": "# {mark}"},
        arrange="printf 'x\\n# BEGIN\\nold\\n# END\\ny\\n' > {folder}/f",
    ),
    Case(
        "blockinfile",
        "leaves a block as it is",
        {**FILE, "block": "old", "marker": "# {mark}"},
        arrange="printf 'x\\n# BEGIN\\nold\\n# END\\ny\\n' > {folder}/f",
        same=True,
    ),
    Case(
        "blockinfile",
        "removes a block",
        {**FILE, "state": "absent", "marker": "# {mark}"},
        arrange="printf 'x\\n# BEGIN\\nold\\n# END\\ny\\n' > {folder}/f",
    ),
    Case("replace", "replaces every match", {**FILE, "regexp": "^t(\\w+)", "replace": "T\\1"}, arrange=START),
    Case(
        "replace",
        "keeps to a part",
        {**FILE, "regexp": "e", "replace": "E", "after": "two", "before": "$"},
        arrange=START,
    ),
    Case("replace", "finds nothing to replace", {**FILE, "regexp": "zzz", "replace": "y"}, arrange=START, same=True),
    Case(
        "slurp",
        "reads a file",
        {"src": "{folder}/f"},
        arrange="printf hello > {folder}/f",
        kind="query",
        expect={"content": "aGVsbG8=", "encoding": "base64"},
    ),
    Case("tempfile", "makes a folder", {"path": "{folder}", "state": "directory"}, kind="action"),
    Case("tempfile", "makes a file", {"path": "{folder}", "suffix": ".x"}, kind="action"),
    Case(
        "raw",
        "runs a line",
        {"cmd": "echo a | tr a b > {folder}/f; echo said"},
        kind="action",
        expect={"stdout": "said\n", "rc": 0},
    ),
]
