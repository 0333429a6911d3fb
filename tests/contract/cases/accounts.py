"""Cases of the modules for accounts; those that touch the host's own databases need one of the lab."""

import getpass

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

NO_GROUP = NOBODY + "groupdel crew 2>/dev/null; true; "
CREW = NO_GROUP + "groupadd -g 1801 crew; "


def group(name, arrange=CREW, **args):
    """A case of the group crew."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect") if key in args}
    return Case("group", name, {"name": "crew", **args}, arrange=arrange, snapshot=DATABASES, lab=True, **known)


GROUPS = [
    group("makes one", NO_GROUP, gid=1800, undo={"name": "crew", "state": "absent"}, expect={"gid": 1800}),
    group("makes one for a system", NO_GROUP, system=True, local=True, expect={"system": True, "state": "present"}),
    group("makes one in a range", NO_GROUP, gid_min=1810, gid_max=1810, expect={"gid": 1810}),
    group("leaves one alone", same=True, expect={"gid": 1801, "name": "crew"}),
    group("changes its number", gid=1802),
    group("shares a number", gid=100, non_unique=True),
    group("removes one", state="absent"),
    group("removes one that is a user's", CREW + "useradd -g crew ann", state="absent", force=True),
]

KEY_A = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGGsaiCIzhZhgh5WUwwRmJrIE9kjciAKM12r0PrVlMSe"
KEY_B = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKe5MsqgiK3QtTyrDL0KuqRYD8LQlIuwpKwgjz7M8T52"
OPTIONS = 'from="10.0.0.0/8,192.168.0.1",command="echo \\"a, b\\"",no-pty'
KEYS_THERE = f"mkdir {{folder}}/k; printf '# mine\\n\\n%s ann\\n' '{KEY_A}' > {{folder}}/k/keys"


def keys(name, arrange=KEYS_THERE, **args):
    """A case of the authorized keys of whoever runs the tests, in a file of the folder."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect", "lab", "snapshot") if key in args}
    given = {"user": getpass.getuser(), "path": "{folder}/k/keys", "key": f"{KEY_B} bob", **args}
    return Case("authorized_key", name, given, arrange=arrange, **known)


AUTHORIZED_KEYS = [
    keys("makes folder and file", "true", expect={"state": "present", "user": getpass.getuser()}),
    keys("adds a key", undo={"user": getpass.getuser(), "path": "{folder}/k/keys", "key": KEY_B, "state": "absent"}),
    keys("adds several with options", key=f"# all\n{KEY_A}\n\n{KEY_B} bob\n", key_options=OPTIONS, comment="us"),
    keys("leaves a key alone", key=f"{KEY_A} ann", manage_dir=False, same=True),
    keys("leaves options in another order alone", f"mkdir {{folder}}/k; printf '%s' 'no-pty,restrict {KEY_A} ann'"
         " > {folder}/k/keys", key=f"restrict,no-pty {KEY_A} ann", same=True),
    keys("changes the comment", key=KEY_A, comment="ann the second"),
    keys("keeps only these", key=f"{KEY_B}\n", exclusive=True),
    keys("removes a key whatever its comment", key=KEY_A, state="absent"),
    keys("finds no key to remove", state="absent", same=True),
    keys("gets keys from a URL", KEYS_THERE + f"; echo '{KEY_B} bob' > {{folder}}/bob.pub", key="file://{folder}/bob.pub"),
    keys("follows a link", KEYS_THERE + "; mv {folder}/k/keys {folder}/k/real; ln -s real {folder}/k/keys",
         follow=True),
    keys("finds the home of a user", ANN, user="ann", path=None, lab=True, snapshot=DATABASES,
         expect={"keyfile": "/home/ann/.ssh/authorized_keys"}),
]  # fmt: skip

CASES = [*USERS, *GROUPS, *AUTHORIZED_KEYS]
