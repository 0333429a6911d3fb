"""Cases of modules/commands."""

from tests.contract.case import Case

CASES = [
    Case("command", "runs a program", {"cmd": "echo 'a b' c"}, kind="action",
         expect={"rc": 0, "stdout": "a b c", "cmd": ["echo", "a b", "c"]}),
    Case("command", "takes a list", {"argv": ["printf", "%s", "$x y"]}, kind="action", expect={"stdout": "$x y"}),
    Case("command", "is needless when what it creates is there", {"cmd": "false", "creates": "{folder}/a*"},
         arrange="touch {folder}/abc", kind="action", same=True, expect={"rc": 0}),
    Case("command", "runs when what it creates is missing", {"cmd": "true", "creates": "{folder}/b*"}, kind="action"),
    Case("command", "is needless when what it removes is gone",
         {"cmd": "false", "removes": "gone", "chdir": "{folder}"}, kind="action", same=True),
    Case("shell", "knows pipes", {"cmd": "echo hello | tr a-z A-Z"}, kind="action", expect={"stdout": "HELLO"}),
    Case("shell", "feeds the standard input", {"cmd": "cat", "stdin": "fed"}, kind="action", expect={"stdout": "fed"}),
    Case("command", "feeds a program that does not read", {"cmd": "true", "stdin": "x" * 200_000}, kind="action"),
    Case("script", "runs with its words",
         {"cmd": "s.sh a", "_script": {"name": "s.sh", "words": ["a"], "entries": [
             {"path": "", "kind": "file", "text": "#!/bin/sh\necho $1 > {folder}/f; echo said"}]}},
         kind="action", expect={"stdout": "said\n"}),
]  # fmt: skip
