"""Cases of the modules that fetch; their files come by file:// so that a host needs no server."""

from tests.contract.case import Case

SOURCE = "printf 'some content' > {folder}/src"
URL = {"url": "file://{folder}/src", "dest": "{folder}/f"}
SUM = "sha256:290f493c44f5d63d06b374d0a5abd292fae38b92cab2fae5efefe1b0e9347f56"

CASES = [
    Case("get_url", "downloads a file", {**URL, "mode": "0600"}, arrange=SOURCE),
    Case("get_url", "leaves one whose checksum fits", {**URL, "checksum": SUM}, arrange=SOURCE),
    Case(
        "get_url",
        "replaces what differs and keeps a copy",
        {**URL, "backup": True},
        arrange=SOURCE + "; printf old > {folder}/f",
        volatile=("backup_file",),
    ),
    Case(
        "get_url",
        "takes the name of the URL in a folder",
        {**URL, "dest": "{folder}/d"},
        arrange=SOURCE + "; mkdir {folder}/d",
    ),
    Case(
        "uri",
        "sends nothing when what it creates is there",
        {"url": "http://127.0.0.1:1/", "creates": "{folder}"},
        kind="action",
        same=True,
    ),
]
