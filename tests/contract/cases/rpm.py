"""Cases of the modules for RPM packages, on a host of that family: see tests/lab/image/rpm.sh for its repositories."""

from tests.contract.case import Case
from tests.keys import FINGERPRINT, KEY

INSTALLED = "rpm -qa --qf '%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE}\\n' | sort; ls /etc/yum.repos.d"
FRESH = "rpm -qa --qf '%{NAME}\\n' | xargs -r rpm -e --allmatches; "


def have(*names: str) -> str:
    """The arrangement that just these are installed."""
    return FRESH + (f"rpm -i --nodeps {' '.join(f'/srv/rpm/{name}.rpm' for name in names)}; " if names else "")


NO_STREAM = "dnf -yq module reset app; "
STREAMS = INSTALLED + "; cat /etc/dnf/modules.d/* 2>/dev/null || true"
EPEL = {
    "name": "epel", "description": "Extra Packages", "baseurl": "http://e.invalid/$releasever", "enabled": False,
    "exclude": ["a", "b*"],
}  # fmt: skip
MORE = "/etc/yum.repos.d/lab-more.repo"
NO_EPEL = f"rm -f /etc/yum.repos.d/epel.repo {MORE}; "
FILES_OF_REPOSITORIES = "cd /etc/yum.repos.d; ls -l; sha1sum *"
KEY_FILE = f"cat > {{folder}}/key <<'END'\n{KEY}END\n"
SPACED = " ".join(FINGERPRINT[start : start + 4] for start in range(0, 40, 4))
TRUSTED = "rpm -q gpg-pubkey; true"

CASES = [
    Case("dnf", "installs with all that is needed and recommended", {"name": "tool"}, arrange=have(),
         snapshot=INSTALLED, rpm=True, undo={"name": ["tool", "lib", "docs"], "state": "absent"}),
    Case("dnf", "installs without what is recommended", {"name": "tool", "install_weak_deps": False}, arrange=have(),
         snapshot=INSTALLED, rpm=True),
    Case("dnf", "installs a version", {"name": ["tool-1.0", "lib = 1.0"], "install_weak_deps": False}, arrange=have(),
         snapshot=INSTALLED, rpm=True),
    Case("dnf", "leaves alone what is installed, although there is newer", {"name": "tool,lib"},
         arrange=have("lab/lib-1.0", "lab/tool-1.0"), snapshot=INSTALLED, same=True, rpm=True),
    Case("dnf", "leaves alone what is newer", {"name": "tool-1.0"}, arrange=have("lab/lib-1.1", "lab/tool-1.1"),
         snapshot=INSTALLED, same=True, rpm=True),
    Case("dnf", "installs an older version where that is allowed", {"name": "tool-1.0", "allow_downgrade": True},
         arrange=have("lab/lib-1.1", "lab/tool-1.1"), snapshot=INSTALLED, rpm=True),
    Case("dnf", "brings up to date", {"name": "tool", "state": "latest"}, arrange=have("lab/lib-1.0", "lab/tool-1.0"),
         snapshot=INSTALLED, rpm=True),
    Case("dnf", "brings all up to date", {"name": "*", "state": "latest"}, arrange=have("lab/lib-1.0", "lab/tool-1.0"),
         snapshot=INSTALLED, rpm=True),
    Case("dnf", "finds that it is up to date", {"name": "lib", "state": "latest"}, arrange=have("lab/lib-1.1"),
         snapshot=INSTALLED, same=True, rpm=True, expect={"msg": "Nothing to do", "results": []}),
    Case("dnf", "leaves alone what is not installed with update_only", {"name": "tool", "state": "latest",
         "update_only": True}, arrange=have(), snapshot=INSTALLED, same=True, rpm=True,
         expect={"results": ["Packages providing tool not installed due to update_only specified"]}),
    Case("dnf", "installs from a repository that is disabled", {"name": ["hidden", "tool"], "enablerepo": "extra"},
         arrange=have("lab/lib-1.1"), snapshot=INSTALLED, rpm=True),
    Case("dnf", "installs without a repository that is enabled",
         {"name": "tool", "state": "latest", "enablerepo": ["extra"], "disablerepo": ["lab"]},
         arrange=have("lab/lib-1.0", "lab/tool-1.0"), snapshot=INSTALLED, rpm=True),
    Case("dnf", "removes with what needs it, and what came for others", {"name": "lib", "state": "absent",
         "autoremove": True}, arrange=have() + "dnf -yq install tool", snapshot=INSTALLED, rpm=True),
    Case("dnf", "removes and keeps what came with it", {"name": ["tool", "nosuch"], "state": "removed"},
         arrange=have() + "dnf -yq install tool", snapshot=INSTALLED, rpm=True),
    Case("dnf", "removes what nothing needs any more", {"autoremove": True},
         arrange=have() + "dnf -yq install tool; rpm -e tool", snapshot=INSTALLED, rpm=True),
    Case("dnf", "leaves alone what is not installed", {"name": ["tool", "nosuch"], "state": "absent"}, arrange=have(),
         snapshot=INSTALLED, same=True, rpm=True),
    Case("dnf", "installs a file", {"name": "/srv/rpm/lab/lib-1.0.rpm", "disable_gpg_check": True}, arrange=have(),
         snapshot=INSTALLED, rpm=True, undo={"name": "lib", "state": "absent"}),
    Case("dnf", "installs what provides a path", {"name": "/usr/bin/lib"}, arrange=have(), rpm=True,
         snapshot=INSTALLED),
    Case("dnf", "installs a group", {"name": "@Tools"}, arrange=have(), snapshot=INSTALLED, rpm=True),
    Case("dnf", "installs a stream of a module", {"name": "@app:2/common"}, arrange=have() + NO_STREAM, rpm=True,
         snapshot=STREAMS, undo={"name": "@app", "state": "absent"}),
    Case("dnf", "enables the default stream of what it installs", {"name": "app"}, arrange=have() + NO_STREAM, rpm=True,
         snapshot=STREAMS),
    Case("dnf", "leaves a stream alone that is installed", {"name": "@app:2"}, rpm=True, snapshot=STREAMS, same=True,
         arrange=have() + NO_STREAM + "dnf -yq module install app:2"),
    Case("dnf", "finds that a module is up to date", {"name": "@app", "state": "latest"}, rpm=True, snapshot=STREAMS,
         same=True, arrange=have() + NO_STREAM + "dnf -yq module install app:2"),
    Case("dnf", "installs what is signed, and takes its key over", {"name": "sealed"}, arrange=have(), rpm=True,
         snapshot=INSTALLED),
    Case("dnf", "leaves a package out", {"name": "tool", "exclude": "docs"}, arrange=have(), rpm=True,
         snapshot=INSTALLED),
    Case("dnf", "downloads", {"name": "tool", "download_only": True, "download_dir": "{folder}/got"}, arrange=have(),
         rpm=True, snapshot="ls {folder}/got 2>&1; " + INSTALLED),
    Case("dnf", "fetches what repositories hold", {"update_cache": True}, arrange=have(), snapshot=INSTALLED, rpm=True,
         same=True, expect={"msg": "Cache updated", "results": []}),
    Case("dnf", "lists repositories", {"list": "repos"}, arrange=have(), snapshot=INSTALLED, kind="query", rpm=True,
         expect={"results": [{"repoid": "lab", "state": "enabled"}, {"repoid": "signed", "state": "enabled"},
                             {"repoid": "streams", "state": "enabled"}]}),
    Case("dnf", "installs by the command line", {"name": "tool", "use_backend": "yum"}, arrange=have(), rpm=True,
         snapshot=INSTALLED, undo={"name": ["tool", "lib", "docs"], "state": "absent", "use_backend": "yum"}),
    Case("dnf", "brings up to date by the command line", {"name": ["tool", "docs"], "state": "latest",
         "use_backend": "yum"}, arrange=have("lab/lib-1.0", "lab/tool-1.0"), snapshot=INSTALLED, rpm=True),
    Case("dnf", "leaves alone what is installed, by the command line", {"name": ["tool-1.0", "lib >= 1.0"],
         "use_backend": "yum"}, arrange=have("lab/lib-1.1", "lab/tool-1.1"), snapshot=INSTALLED, same=True, rpm=True),
    Case("dnf", "installs an older version by the command line", {"name": "tool-1.0", "allow_downgrade": True,
         "use_backend": "yum"}, arrange=have("lab/lib-1.1", "lab/tool-1.1"), snapshot=INSTALLED, rpm=True),
    Case("dnf", "removes by the command line", {"name": ["lib", "nosuch"], "state": "absent", "autoremove": True,
         "use_backend": "yum"}, arrange=have() + "dnf -yq install tool", snapshot=INSTALLED, rpm=True),
    Case("dnf", "installs from a repository that is disabled by the command line", {"name": "hidden",
         "enablerepo": "extra", "use_backend": "yum"}, arrange=have(), snapshot=INSTALLED, rpm=True),
    Case("package", "installs by dnf", {"name": "docs", "enablerepo": "extra"}, arrange=have(), snapshot=INSTALLED,
         rpm=True, undo={"name": "docs", "state": "absent"}, expect={"results": ["Installed: docs-1.0-1.el9.noarch"]}),
    Case("package_facts", "lists those of rpm", {}, arrange=have("lab/docs-1.0"), kind="query", rpm=True,
         expect={"ansible_facts": {"packages": {"docs": [{"name": "docs", "version": "1.0", "release": "1.el9",
                 "epoch": None, "arch": "noarch", "source": "rpm"}]}}}),
    Case("setup", "finds dnf", {"gather_subset": ["!all"], "filter": ["pkg_mgr", "os_family"]}, rpm=True,
         kind="query", expect={"ansible_facts": {"ansible_pkg_mgr": "dnf", "ansible_os_family": "RedHat"}}),
    Case("yum_repository", "adds a repository", EPEL, arrange=NO_EPEL, snapshot=FILES_OF_REPOSITORIES, rpm=True,
         expect={"repo": "epel", "state": "present"}, undo={"name": "epel", "state": "absent"}),
    Case("yum_repository", "adds a repository to a file with others",
         {**EPEL, "file": "lab-more", "owner": "ops", "mode": "0640", "gpgkey": ["file:///a", "file:///b"]}, rpm=True,
         arrange=NO_EPEL + "printf '# old\\n[other]\\nName = o\\nbaseurl: http://x\\n' > " + MORE,
         snapshot=FILES_OF_REPOSITORIES, undo={"name": "epel", "file": "lab-more", "state": "absent"}),
    Case("yum_repository", "keeps a password from all others",
         {**EPEL, "username": "ann", "password": "hush-hush", "reposdir": "{folder}"}, rpm=True,
         arrange="printf '[epel]\\nname = x\\npassword = old-one\\n' > {folder}/epel.repo",
         snapshot="ls -l {folder}; sha1sum {folder}/*"),
    Case("yum_repository", "leaves alone what says the same", {**EPEL, "reposdir": "{folder}"}, rpm=True, same=True,
         arrange="printf '# mine\\n[epel]\\nname: Extra Packages\\nenabled=0\\nexclude = a b*\\n"
         "baseurl = http://e.invalid/$releasever\\n' > {folder}/epel.repo",
         snapshot="ls -l {folder}; sha1sum {folder}/*"),
    Case("yum_repository", "leaves alone what is not there", {"name": "epel", "state": "absent"}, arrange=NO_EPEL,
         snapshot=FILES_OF_REPOSITORIES, same=True, rpm=True),
    Case("rpm_key", "trusts a key of a file", {"key": "{folder}/key", "fingerprint": SPACED}, arrange=FRESH + KEY_FILE,
         snapshot=TRUSTED, rpm=True, undo={"key": FINGERPRINT[-8:], "state": "absent"}),
    Case("rpm_key", "trusts a key that is fetched", {"key": "file://{folder}/key"}, arrange=FRESH + KEY_FILE,
         snapshot=TRUSTED, rpm=True, undo={"key": "file://{folder}/key", "state": "absent"}),
    Case("rpm_key", "leaves alone what is trusted", {"key": "0x" + FINGERPRINT[-16:].lower()}, rpm=True, same=True,
         arrange=FRESH + KEY_FILE + "rpm --import {folder}/key", snapshot=TRUSTED),
    Case("rpm_key", "leaves alone what is not trusted", {"key": FINGERPRINT, "state": "absent"}, arrange=FRESH,
         snapshot=TRUSTED, rpm=True, same=True),
]  # fmt: skip
