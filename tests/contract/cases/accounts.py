"""Cases of the modules for accounts; those that touch the host's own databases need one of the lab."""

from tests.contract.case import Case

HASH = "$6$saltsalt$" + "a" * 86
OTHER = "$6$saltsalt$" + "b" * 86
NOBODY = "userdel -rf ann 2>/dev/null; groupdel ann 2>/dev/null; rm -rf /home/ann /srv/ann; "
ANN = NOBODY + "useradd -m -s /bin/sh ann; "
DATABASES = (
    "cat /etc/passwd /etc/group /etc/gshadow; cut -d: -f1,2,4- /etc/shadow; ls -lA /home /home/ann /srv 2>/dev/null; "
    "find /home/ann /srv/ann -printf '%p %u %m\\n' 2>/dev/null | sort; true"
)
KEY = {"generate_ssh_key": True, "ssh_key_type": "ed25519", "ssh_key_comment": "ann"}


def user(name, arrange=ANN, **args):
    """A case of the user ann."""
    known = {key: args.pop(key) for key in ("undo", "same", "repeats", "expect") if key in args}
    return Case("user", name, {"name": "ann", **args}, arrange=arrange, snapshot=DATABASES, lab=True, **known)


USERS = [
    user("makes one", NOBODY, undo={"name": "ann", "state": "absent", "remove": True}, expect={"system": False}),
    user("makes one in full", NOBODY, uid=1777, group="users", groups=["games", "12"], comment="Ann, of old",
         home="/srv/ann/home", shell="/bin/bash", password=HASH, password_expire_max=90, password_expire_min=1,
         password_expire_warn=5, password_expire_account_disable=7, expires=4102444800.0, umask="077",
         expect={"uid": 1777, "group": 100, "home": "/srv/ann/home", "groups": "games,12",
                 "password": "NOT_LOGGING_PASSWORD"}),
    user("makes one for a service", NOBODY, system=True, create_home=False, shell="/usr/sbin/nologin", home="/srv/ann",
         expect={"system": True, "create_home": False}),
    user("makes one beside a group of its name", NOBODY + "groupadd ann", expect={"group": 100}),
    user("makes one locked", NOBODY, password=HASH, password_lock=True),
    user("leaves one alone", same=True, shell="/bin/sh", home="/home/ann", groups=[], password_lock=True),
    user("changes what it says of itself", comment="Ann", shell="/bin/bash", uid=1778, group="users"),
    user("sets the groups", ANN + "usermod -G games,audio ann", groups=["audio", "cdrom"]),
    user("adds to the groups", ANN + "usermod -G games ann", groups=["cdrom"], append=True,
         undo={"name": "ann", "groups": []}),
    user("moves the home", home="/srv/ann", move_home=True),
    user("makes a home elsewhere", home="/srv/ann/deep"),
    user("makes the home that is missing", ANN + "rm -r /home/ann"),
    user("sets the password", password=HASH, undo={"name": "ann", "password": OTHER}),
    user("leaves the password alone", ANN + f"echo 'ann:{OTHER}' | chpasswd -e", password=HASH,
         update_password="on_create", same=True),
    user("locks", ANN + f"echo 'ann:{HASH}' | chpasswd -e", password_lock=True,
         undo={"name": "ann", "password_lock": False}),
    user("has nothing to unlock", password_lock=False, same=True),
    user("lets it end", expires=4102444800.0, undo={"name": "ann", "expires": -1}),
    user("makes a key", **KEY),
    user("makes a key with a passphrase", **KEY, ssh_key_passphrase="a long secret", ssh_key_file=".ssh/other"),
    user("keeps a key", ANN + "install -d -o ann /home/ann/.ssh; touch /home/ann/.ssh/id_rsa", same=True,
         generate_ssh_key=True),
    user("replaces a key", ANN + "install -d -o ann /home/ann/.ssh; touch /home/ann/.ssh/id_ed25519", **KEY,
         force=True, repeats=True),
    user("looks at the host's own files", local=True, comment="Local", groups=["games"]),
    user("removes it and all it has", state="absent", remove=True, expect={"remove": True, "force": False}),
    user("finds none to remove", NOBODY, state="absent", same=True),
]  # fmt: skip

CASES = [*USERS]
