"""Cases of docker_engine; by its name this file comes last, since they remove the engine that all others use."""

from tests.contract.case import Case
from tests.contract.cases.docker import FRESH

PACKAGES = "dpkg-query -W; systemctl is-active docker; ls /var/lib/docker 2>/dev/null; true"

CASES = [
    Case("docker_engine", "starts", {}, arrange=FRESH + "systemctl disable --now docker.socket docker",
         snapshot=PACKAGES, docker=True),
    Case("docker_engine", "is removed and its data kept", {"state": "absent"}, arrange=FRESH, snapshot=PACKAGES,
         docker=True),
]  # fmt: skip
