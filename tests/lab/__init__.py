"""The test lab: real Debian hosts on one machine.

Each host is a container that boots systemd with sshd, Python and sudo, run by a Docker daemon of the lab's own. The
images are built here from the distribution's packages; no registry is asked. See README.md beside this file.
"""

from tests.lab.errors import LabError
from tests.lab.host import USERS, LabHost, User
from tests.lab.lab import Lab

__all__ = ["USERS", "Lab", "LabError", "LabHost", "User"]
