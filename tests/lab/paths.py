"""Where the lab keeps its things, and how processes take turns with them."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
IMAGE_SOURCES = Path(__file__).resolve().parent / "image"
INVENTORY = REPOSITORY / "inventories" / "lab.yml"

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").resolve() / "opsengine" / "lab"
KEY = CACHE / "id_ed25519"
RUNS = CACHE / "runs"

# A lab belongs to its cache folder: another XDG_CACHE_HOME is another lab, with another daemon and bridge.
LAB_ID = hashlib.sha256(str(CACHE).encode()).hexdigest()[:8]
# Sockets need short paths, and must not outlive a reboot.
RUNTIME = Path("/run") / f"opsengine-lab-{LAB_ID}"


@contextmanager
def turn(name: str) -> Iterator[None]:
    """Hold the lock `name` of this lab; other processes wait for it. The kernel frees it when its holder dies."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_atomically(path: Path, content: str) -> None:
    """Replace the file at `path` in one step, so that a reader sees the old or the new content and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(content)
    temporary.replace(path)
