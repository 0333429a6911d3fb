"""Cases of openssh_keypair."""

from tests.contract.case import Case

KEY = {"path": "{folder}/k", "type": "ed25519"}
MADE = "ssh-keygen -q -t ed25519 -N '' -C here -f {folder}/k"
SECRET = {**KEY, "passphrase": "hunter2 hunter2"}

CASES = [
    Case("openssh_keypair", "makes a pair", {**KEY, "comment": "me@here"}, undo={**KEY, "state": "absent"},
         expect={"size": 256, "type": "ed25519", "comment": "me@here"}),
    Case("openssh_keypair", "makes a pair of a certain size", {**KEY, "type": "ecdsa", "size": 384, "mode": "0600",
         "owner": "nobody"}, expect={"size": 384}),
    Case("openssh_keypair", "makes a pair with a passphrase", SECRET),
    Case("openssh_keypair", "leaves a pair alone", KEY, arrange=MADE, same=True, expect={"comment": "here"}),
    Case("openssh_keypair", "replaces a pair of another type", {**KEY, "type": "ecdsa"}, arrange=MADE),
    Case("openssh_keypair", "never replaces a pair unless it may", {**KEY, "type": "ecdsa", "regenerate": "never"},
         arrange=MADE, same=True),
    Case("openssh_keypair", "replaces a pair when forced", {**KEY, "force": True}, arrange=MADE, repeats=True),
    Case("openssh_keypair", "replaces what is no key when it may", {**KEY, "regenerate": "full_idempotence"},
         arrange="echo garbage > {folder}/k"),
    Case("openssh_keypair", "replaces a pair without a passphrase when it may",
         {**SECRET, "regenerate": "full_idempotence"}, arrange=MADE),
    Case("openssh_keypair", "restores the public key", KEY, arrange=MADE + "; rm {folder}/k.pub"),
    Case("openssh_keypair", "mends the public key", KEY, arrange=MADE + "; echo ssh-rsa AAAA > {folder}/k.pub"),
    Case("openssh_keypair", "changes the comment", {**KEY, "comment": "other"}, arrange=MADE),
    Case("openssh_keypair", "changes the comment of a key with a passphrase", {**SECRET, "comment": "other"},
         arrange="ssh-keygen -q -t ed25519 -N 'hunter2 hunter2' -f {folder}/k"),
    Case("openssh_keypair", "removes a pair", {**KEY, "state": "absent"}, arrange=MADE),
    Case("openssh_keypair", "finds no pair to remove", {**KEY, "state": "absent"}, same=True),
]  # fmt: skip
