"""The command line of the lab: `python -m tests.lab up | down | status | build | shell`."""

import argparse
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

from tests.lab import daemon, image, machine
from tests.lab.command import ENVIRONMENT
from tests.lab.daemon import docker
from tests.lab.errors import LabError
from tests.lab.lab import HOST_LABEL, LABEL, LASTING, OWNER_LABEL, Lab, inspect, owners, remove_leftovers, remove_owner
from tests.lab.paths import CACHE, INVENTORY, RUNTIME


def up(options: argparse.Namespace) -> None:
    """Start hosts that stay, and write the inventory for them."""
    lab = Lab(LASTING)
    image.ensure(options.flavour)
    names = [f"{options.name}{number}" for number in range(1, options.hosts + 1)]
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(lambda name: lab.host(name, options.flavour), names))
    lab.inventory(INVENTORY)
    status(options)
    print(f"inventory: {INVENTORY}")


def down(options: argparse.Namespace) -> None:
    """Remove every host that stays and every leftover; stop the daemon unless a test run still uses it."""
    INVENTORY.unlink(missing_ok=True)
    if daemon.DATA.exists():
        machine.install_programs()
        daemon.start()
        remove_owner(LASTING)
        remove_leftovers()
        if users := owners():
            raise LabError(f"test runs still use the lab ({', '.join(sorted(users))}): the daemon stays")
        docker("network", "prune", "--force")
        daemon.stop()
    if options.purge:
        for folder in (CACHE, RUNTIME):
            if folder.exists():
                shutil.rmtree(folder)


def status(_: argparse.Namespace) -> None:
    """Print every host that is there, with its state, address and owner."""
    pid = daemon.process_id()
    if pid is None:
        print("the lab is down")
        return
    print(f"dockerd: process {pid}, DOCKER_HOST=unix://{daemon.SOCKET}")
    found = inspect(*docker("ps", "--all", "--quiet", f"--filter=label={LABEL}").split())
    for facts in sorted(found, key=lambda facts: str(facts["Name"])):
        labels = facts["Config"]["Labels"]
        addresses = [network["IPAddress"] for network in facts["NetworkSettings"]["Networks"].values()]
        print(f"{labels[HOST_LABEL]:16} {facts['State']['Status']:8} {addresses[0]:15} owner {labels[OWNER_LABEL]}")


def build(_: argparse.Namespace) -> None:
    """Build the images of this version of the recipe that are not there yet."""
    Lab(LASTING)
    for flavour in get_args(image.Flavour):
        print(image.ensure(flavour))


def shell(options: argparse.Namespace) -> None:
    """Replace this process with a root shell in a host."""
    found = docker("ps", "--quiet", f"--filter=label={HOST_LABEL}={options.host}").split()
    if not found:
        raise LabError(f"no host {options.host} is running; see: python -m tests.lab status")
    arguments = daemon.client("exec", "--interactive", "--tty", found[0], "bash", "--login")
    os.execvpe(arguments[0], arguments, ENVIRONMENT)


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description="Real hosts to test against.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, function: object, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(function=function)
        return command

    start = add("up", up, "start hosts and write inventories/lab.yml")
    start.add_argument("--hosts", type=int, default=4, metavar="N", help="how many (default: 4)")
    start.add_argument("--name", default="lab", metavar="PREFIX", help="their names are PREFIX1, PREFIX2, …")
    start.add_argument(
        "--flavour", choices=get_args(image.Flavour), default="bare", help="with Docker, or of the RPM family"
    )
    stop = add("down", down, "remove the hosts and stop the daemon")
    stop.add_argument("--purge", action="store_true", help="remove the images and the key, too")
    add("status", status, "print what is up")
    add("build", build, "build the images")
    add("shell", shell, "open a root shell in a host").add_argument("host", metavar="NAME")
    return parser.parse_args(arguments)


def main() -> int:
    """Run one command; return the exit code."""
    options = parse(sys.argv[1:])
    try:
        options.function(options)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
