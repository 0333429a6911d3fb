"""Cases of filesize."""

from tests.contract.case import Case

F = {"path": "{folder}/f"}

CASES = [
    Case("filesize", "makes a file", {**F, "size": "3MiB", "mode": "0600"},
         expect={"size_diff": 3145728, "filesize": {"blocks": 768, "blocksize": 4096, "bytes": 3145728,
                                                    "iec": "3.0 MiB", "si": "3.15 MB"}}),
    Case("filesize", "lets a file grow by what a source gives", {**F, "size": "10B", "source": "{folder}/s"},
         arrange="printf 12345 > {folder}/f; printf abcdefgh > {folder}/s"),
    Case("filesize", "cuts a file off", {**F, "size": 2, "blocksize": 2}, arrange="printf 12345 > {folder}/f",
         expect={"size_diff": -1}),
    Case("filesize", "lets a file grow by a hole", {**F, "size": "1GB", "sparse": True, "owner": "nobody"},
         arrange="printf 12345 > {folder}/f", snapshot="ls -lsn {folder}"),
    Case("filesize", "leaves a file alone", {**F, "size": "0.005kB"}, arrange="printf 12345 > {folder}/f", same=True),
    Case("filesize", "writes a file anew when forced", {**F, "size": "5B", "force": True}, repeats=True,
         arrange="printf 12345 > {folder}/f"),
    Case("filesize", "follows a link", {"path": "{folder}/l", "size": "1k"},
         arrange="printf 12345 > {folder}/f; ln -s f {folder}/l"),
]  # fmt: skip
