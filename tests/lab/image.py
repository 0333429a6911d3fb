"""Builds the images of lab hosts, once for each version of the recipe."""

import hashlib
import sys
from pathlib import Path
from typing import Literal

from tests.lab import machine
from tests.lab.command import run
from tests.lab.daemon import docker
from tests.lab.paths import CACHE, IMAGE_SOURCES, turn

Flavour = Literal["bare", "docker", "rpm"]

REPOSITORY = "opsengine-lab"
SUITE = "bookworm"
PACKAGES = (
    "acl attr busybox-static ca-certificates cron curl dbus e2fsprogs gnupg hostname iproute2 iptables "
    "iputils-ping kmod less locales login logrotate lsof netcat-openbsd openssh-server passwd procps python3 "
    "python3-apt rsync rsyslog sudo systemd systemd-sysv tar tzdata unzip util-linux-extra wget xz-utils"
).replace(" ", ",")
START = 'CMD ["/sbin/lab-init"]'


def recipe_version() -> str:
    """A short hash of everything that decides what is in the images."""
    digest = hashlib.sha256()
    for file in [Path(__file__), *sorted(IMAGE_SOURCES.iterdir())]:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def ensure(flavour: Flavour) -> str:
    """Return the name of the image of `flavour`, built now if this version of the recipe has none yet."""
    with turn("image"):
        image = f"{REPOSITORY}:{flavour}-{recipe_version()}"
        if not _exists(image):
            BUILDERS[flavour](image)
        return image


def _exists(image: str) -> bool:
    return bool(docker("images", "--quiet", image).strip())


def _build_bare(image: str) -> None:
    """A Debian system without Docker."""
    archive = CACHE / f"rootfs-{recipe_version()}.tar"
    if not archive.exists():
        _bootstrap(archive)
    docker("import", "--change", "ENV container=docker", "--change", START, str(archive), image, timeout=300)


def _build_docker(image: str) -> None:
    """The bare system with docker.io installed from the archives it carries: a layer above the same files."""
    _build_layer(image, "none", "apt-get install --yes docker.io")


def _build_rpm(image: str) -> None:
    """The bare system made one of the RPM family; asks the mirror for dnf and rpm."""
    _build_layer(image, "bridge", (IMAGE_SOURCES / "rpm.sh").read_text())


def _build_layer(image: str, network: str, script: str) -> None:
    """The image of the bare system after a shell script has run in it."""
    bare = f"{REPOSITORY}:bare-{recipe_version()}"
    if not _exists(bare):
        _build_bare(bare)
    builder = f"{REPOSITORY}-builder"
    docker("rm", "--force", "--volumes", builder, check=False)
    # What runs may read its standard input, so the script must not be there any more.
    command = ["sh", "-c", "cat > /tmp/script && sh /tmp/script < /dev/null"]
    docker("run", "--interactive", "--name", builder, "--network", network, bare, *command, stdin=script, timeout=600)
    docker("commit", "--change", START, builder, image, timeout=300)
    docker("rm", "--volumes", builder)


BUILDERS = {"bare": _build_bare, "docker": _build_docker, "rpm": _build_rpm}


def _bootstrap(archive: Path) -> None:
    """Make the root file system `archive` with mmdebstrap, from the package sources of this machine.

    Where it has none for the suite, mmdebstrap takes Debian's default.
    """
    print("lab: building the image of the hosts, once for this recipe; takes about a minute", file=sys.stderr)
    unfinished = archive.with_suffix(".part")
    sources = IMAGE_SOURCES
    command = [
        *("mmdebstrap", "--mode=root", "--variant=minbase", "--format=tar", f"--include={PACKAGES}"),
        # The package lists stay, so that a host can install from the archives it carries without a network.
        "--skip=cleanup/apt",
        '--aptopt=APT::Install-Recommends "false"',
        "--dpkgopt=force-unsafe-io",
        *(f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in ("doc", "locale", "man")),
        f"--customize-hook=copy-in {sources / 'lab-init'} /sbin",
        f"--customize-hook=copy-in {sources / 'runc'} /usr/local/sbin",
        f"--customize-hook=copy-in {sources / 'customize.sh'} /tmp",
        '--customize-hook=chroot "$1" /tmp/customize.sh',
        '--customize-hook=rm "$1/tmp/customize.sh"',
        *(SUITE, str(unfinished), *map(str, machine.debian_sources(SUITE))),
    ]
    run(command, timeout=900)
    unfinished.replace(archive)
