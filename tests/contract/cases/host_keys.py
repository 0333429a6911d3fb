"""Cases of known_hosts."""

from tests.contract.case import Case

A = "AAAAC3NzaC1lZDI1NTE5AAAAIGGsaiCIzhZhgh5WUwwRmJrIE9kjciAKM12r0PrVlMSe"
B = "AAAAC3NzaC1lZDI1NTE5AAAAIKe5MsqgiK3QtTyrDL0KuqRYD8LQlIuwpKwgjz7M8T52"
HASHED = "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg="
"""A hash of 192.168.1.61."""
LINES = (
    "printf '%s\\n' '# mine' 'web1.example,10.0.0.1 ssh-ed25519 " + A + " me' '[web1.example]:2222 ssh-rsa " + B
    + "' '*.example,!web1.example ssh-ed25519 " + B + "' '@cert-authority *.example ssh-rsa " + A + "' '"
    + HASHED + " ssh-ed25519 " + A + "' > {folder}/known"
)  # fmt: skip


def known(title, arrange=LINES, /, **args):
    """A case of a file of keys."""
    own = {key: args.pop(key) for key in ("undo", "same", "expect", "volatile") if key in args}
    return Case("known_hosts", title, {"path": "{folder}/known", **args}, arrange=arrange, **own)


ABSENT = {"path": "{folder}/known", "state": "absent"}

CASES = [
    known("makes the file", "true", name="Web1", key=f"web1,10.0.0.1 ssh-rsa {A}", expect={
          "name": "Web1", "hash_host": False, "state": "present"}, undo={"name": "10.0.0.1", **ABSENT}),
    known("adds a key of another type", name="web1.example", key=f"web1.example ssh-rsa {A}",
          undo={"name": "web1.example", "key": f"web1.example ssh-rsa {A}", **ABSENT}),
    known("adds several", host="db1", key=f"# db1\ndb1 ssh-rsa {A}\n\ndb1 ssh-ed25519 {B}\n"),
    known("replaces a key", name="web1.example", key=f"web1.example ssh-ed25519 {B}"),
    known("replaces the names", name="web1.example", key=f"web1.example,10.0.0.2 ssh-ed25519 {A}"),
    known("leaves a key alone", name="10.0.0.1", key=f"web1.example,10.0.0.1 ssh-ed25519 {A} other", same=True),
    known("knows ports", name="[web1.example]:2222", key=f"[web1.example]:2222 ssh-rsa {B}", same=True),
    known("hashes the name", name="web2.example", key=f"web2.example ssh-rsa {A}", hash_host=True,
          volatile=("after",)),
    known("leaves a hashed name alone", name="192.168.1.61", key=f"192.168.1.61 ssh-ed25519 {A}", hash_host=True,
          same=True),
    known("shows a name that was hashed", name="192.168.1.61", key=f"192.168.1.61 ssh-ed25519 {A}"),
    known("adds a marked line", name="x.example", key=f"@revoked *.example ssh-rsa {B}"),
    known("leaves a marked line alone", name="x.example", key=f"@cert-authority *.example ssh-rsa {A}", same=True),
    known("removes all keys of a host", name="web1.example", state="absent"),
    known("removes one key", name="web1.example", key=f"web1.example ssh-ed25519 {A}", state="absent"),
    known("removes a key whose name is hashed", name="192.168.1.61", key=f"192.168.1.61 ssh-ed25519 {A}",
          state="absent"),
    known("leaves another key alone", name="web1.example", key=f"web1.example ssh-ed25519 {B}", state="absent",
          same=True),
    known("finds no file", "true", name="web1", state="absent", same=True),
]  # fmt: skip
