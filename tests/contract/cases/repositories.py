"""Cases of the modules that tell apt where packages come from, on a host of the lab."""

from tests.contract.case import Case
from tests.keys import EXPIRED_FINGERPRINT, EXPIRED_KEY, FINGERPRINT, KEY, SUBKEY

SOURCES = "cd /etc/apt; find . -printf '%P %y %m %l\\n' | sort; find . -type f -exec sha1sum {} +"
CLEAN = "cd /etc/apt && rm -rf sources.list.d/* keyrings trusted.gpg trusted.gpg.d/ring.asc trusted.gpg.d/*.gpg; cd; "
# An empty repository, so that apt has something to fetch without any server.
REPOSITORY = (
    CLEAN + "mkdir -p /srv/empty && : > /srv/empty/Packages && "
    "printf 'Date: Thu, 01 Jan 2026 00:00:00 UTC\\nMD5Sum:\\nSHA256:\\n %s 0 Packages\\n' "
    "$(sha256sum < /srv/empty/Packages | cut -d' ' -f1) > /srv/empty/Release; "
)
EMPTY = "deb [trusted=yes] file:/srv/empty ./"
LIST = "/etc/apt/sources.list.d/empty.list"
RING = "/etc/apt/trusted.gpg.d/ring.asc"
KEY_FILE = f"cat > {{folder}}/key <<'END'\n{KEY}END\n"
TRUSTED = (
    SOURCES + "; for ring in trusted.gpg.d/*; do gpg --show-keys --with-colons $ring | grep -E '^(pub|sub|fpr)'; done"
)
SOURCES_FILE = "/etc/apt/sources.list.d/my-debian.sources"
DEBIAN = {
    "name": "My debian", "uris": ["http://e.invalid/debian"], "suites": "stable", "components": ["main", "contrib"],
    "by_hash": True, "date_max_future": 10,
}  # fmt: skip
STANZA = """\
By-Hash: yes
Components: main contrib
Date-Max-Future: 10
X-Repolib-Name: My debian
Signed-By:%s
Suites: stable
Types: deb
URIs: http://e.invalid/debian
"""

CASES = [
    Case("apt_repository", "adds a source to a file named after its address", {"repo": EMPTY}, arrange=REPOSITORY,
         snapshot=SOURCES, lab=True, undo={"repo": EMPTY, "state": "absent"},
         expect={"repo": EMPTY, "state": "present", "sources_removed": [],
                 "sources_added": ["/etc/apt/sources.list.d/file_srv_empty.list"]}),
    Case("apt_repository", "adds a source to a file of that name and mode",
         {"repo": EMPTY, "filename": "empty", "mode": "0640", "update_cache": False}, arrange=REPOSITORY,
         snapshot=SOURCES, lab=True, expect={"sources_added": [LIST]},
         undo={"repo": EMPTY, "state": "absent", "update_cache": False}),
    Case("apt_repository", "enables a source that is disabled, and keeps the rest of the file", {"repo": EMPTY},
         arrange=REPOSITORY + f"printf '# keep\\n#  {EMPTY} # mine\\n\\ndeb-src http://e.invalid x main\\n' > {LIST}; "
         "mv /etc/apt/sources.list.d /etc/apt/else; mkdir /etc/apt/sources.list.d; "
         f"sed -i /invalid/d /etc/apt/else/empty.list; ln -s ../else/empty.list {LIST}",
         snapshot=SOURCES, lab=True, expect={"sources_added": [], "sources_removed": []}),
    Case("apt_repository", "leaves a source alone whose blanks differ", {"repo": EMPTY, "filename": "other"},
         arrange=REPOSITORY + f"echo 'deb   [trusted=yes]  file:/srv/empty   ./ # x' > {LIST}", snapshot=SOURCES,
         same=True, lab=True),
    Case("apt_repository", "removes a source from among others", {"repo": EMPTY, "state": "absent"},
         arrange=REPOSITORY + f"printf '# keep\\n{EMPTY}\\n#{EMPTY}\\n' > {LIST}; "
         f"echo '{EMPTY}' > /etc/apt/sources.list.d/b.list",
         snapshot=SOURCES, lab=True, expect={"sources_removed": ["/etc/apt/sources.list.d/b.list"]}),
    Case("apt_repository", "leaves alone what is not there", {"repo": EMPTY, "state": "absent"}, arrange=REPOSITORY,
         snapshot=SOURCES, same=True, lab=True),
    Case("apt_key", "trusts a key that the task holds", {"data": KEY}, arrange=CLEAN, snapshot=TRUSTED, lab=True,
         undo={"id": FINGERPRINT, "state": "absent"},
         expect={"id": FINGERPRINT, "fp": FINGERPRINT[-16:], "short_id": FINGERPRINT[-8:], "key_id": FINGERPRINT}),
    Case("apt_key", "trusts a key of a file, by its short id", {"file": "{folder}/key", "id": "0x" + FINGERPRINT[-8:]},
         arrange=CLEAN + KEY_FILE, snapshot=TRUSTED, lab=True, undo={"id": FINGERPRINT, "state": "absent"}),
    Case("apt_key", "adds a key to a keyring that holds another, armored",
         {"url": "file://{folder}/key", "keyring": RING}, lab=True, snapshot=TRUSTED,
         arrange=CLEAN + KEY_FILE + f"cat > {RING} <<'END'\n{EXPIRED_KEY}END\n",
         undo={"id": FINGERPRINT, "keyring": RING, "state": "absent"}),
    Case("apt_key", "leaves a key alone that is trusted, and asks for it nowhere",
         {"id": SUBKEY, "url": "http://127.0.0.1:9/"}, arrange=CLEAN + KEY_FILE + f"cp {{folder}}/key {RING}",
         snapshot=TRUSTED, same=True, lab=True),
    Case("apt_key", "removes an expired key from among others", {"id": EXPIRED_FINGERPRINT, "state": "absent"},
         arrange=CLEAN + f"cat > {RING} <<'END'\n{EXPIRED_KEY}{KEY}END\n", snapshot=TRUSTED, lab=True),
    Case("deb822_repository", "adds a repository with a key that is fetched", {**DEBIAN, "signed_by": "file://{folder}/key"},
         arrange=CLEAN + KEY_FILE, snapshot=SOURCES, lab=True, undo={"name": "My debian", "state": "absent"},
         expect={"dest": SOURCES_FILE, "key_filename": "/etc/apt/keyrings/my-debian.asc",
                 "repo": STANZA % " /etc/apt/keyrings/my-debian.asc"}),
    Case("deb822_repository", "adds a repository with the key in it", {**DEBIAN, "signed_by": KEY}, arrange=CLEAN,
         snapshot=SOURCES, lab=True, undo={"name": "My debian", "state": "absent"}),
    Case("deb822_repository", "takes the path of a key as it is", {**DEBIAN, "signed_by": "{folder}/key"},
         arrange=CLEAN + KEY_FILE, snapshot=SOURCES, lab=True, expect={"repo": STANZA % " /root/contract/key"}),
    Case("deb822_repository", "brings a file, its key and their modes up to date",
         {**DEBIAN, "enabled": False, "mode": "0640", "signed_by": "file://{folder}/key"}, snapshot=SOURCES, lab=True,
         arrange=CLEAN + KEY_FILE + "cd /etc/apt && mkdir -m 700 keyrings && echo old > keyrings/my-debian.asc && "
         f"cp keyrings/my-debian.asc {SOURCES_FILE} && chmod 600 keyrings/*",
         undo={"name": "My debian", "state": "absent"}),
    Case("deb822_repository", "leaves alone what is not there", {"name": "x", "state": "absent"}, arrange=CLEAN,
         snapshot=SOURCES, same=True, lab=True),
    Case("apt_key", "leaves alone what is not trusted", {"id": FINGERPRINT, "state": "absent"}, arrange=CLEAN,
         snapshot=TRUSTED, same=True, lab=True),
]  # fmt: skip
