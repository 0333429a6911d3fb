"""Cases of pip, with an environment and an index of their own: see tests/wheels.py."""

import sys
from pathlib import Path

from tests.contract.case import Case

WHEELS = f"{sys.executable} {Path(__file__).parents[2] / 'wheels.py'}"
MAKE = WHEELS + " {folder}; "
VENV = WHEELS + " --env"
PIP = "{folder}/env/bin/pip --quiet "
ENV = {"virtualenv": "{folder}/env"}
SNAPSHOT = "find {folder} -name '*.dist-info' -o -name '*.pth' | sort; ls -a {folder}/project"


def old(**args: object) -> dict[str, object]:
    return {"executable": "{folder}/env/bin/old-pip", **args}


CASES = [
    Case("pip", "installs with all that is needed", {"name": "tool", **ENV}, arrange=MAKE, snapshot=SNAPSHOT,
         undo={"name": ["tool", "helper"], "state": "absent", **ENV}),
    Case("pip", "installs a version", {"name": "Tool", "version": "1.0", **ENV}, arrange=MAKE, snapshot=SNAPSHOT),
    Case("pip", "installs what fits several conditions", {"name": ["tool>=1", "<2", "helper"], **ENV}, arrange=MAKE,
         snapshot=SNAPSHOT),
    Case("pip", "leaves alone what fits, although there is newer", {"name": "tool>=1.0,<2", **ENV}, same=True,
         arrange=MAKE + PIP + "install tool==1.0", snapshot=SNAPSHOT),
    Case("pip", "brings up to date", {"name": "tool", "state": "latest", **ENV},
         arrange=MAKE + PIP + "install tool==1.0 helper==1.0", snapshot=SNAPSHOT),
    Case("pip", "finds that it is up to date", {"name": "tool", "state": "latest", **ENV}, same=True,
         arrange=MAKE + PIP + "install tool helper==1.0", snapshot=SNAPSHOT),
    Case("pip", "removes what is there", {"name": ["tool", "nosuch"], "state": "absent", **ENV},
         arrange=MAKE + PIP + "install tool", snapshot=SNAPSHOT),
    Case("pip", "leaves alone what is not there", {"name": "tool", "state": "absent", **ENV}, same=True, arrange=MAKE,
         snapshot=SNAPSHOT),
    Case("pip", "installs anew", {"name": "tool", "state": "forcereinstall", **ENV}, repeats=True,
         arrange=MAKE + PIP + "install tool", snapshot=SNAPSHOT),
    Case("pip", "installs what a file lists", {"requirements": "more.txt", "chdir": "{folder}", **ENV},
         arrange=MAKE + "cd {folder}; echo 'helper<2 # old' > less.txt; printf -- '-r less.txt\\ntool\\n' > more.txt",
         snapshot=SNAPSHOT,
         undo={"requirements": "{folder}/more.txt", "state": "absent", **ENV}),
    Case("pip", "installs a file", {"name": "{folder}/index/tool-1.5-py3-none-any.whl", **ENV}, arrange=MAKE,
         snapshot=SNAPSHOT),
    Case("pip", "installs a folder in place", {"name": "{folder}/project", "editable": True, **ENV}, arrange=MAKE,
         snapshot=SNAPSHOT),
    Case("pip", "installs a folder each time", {"name": "{folder}/project", **ENV}, arrange=MAKE, snapshot=SNAPSHOT,
         repeats=True),
    Case("pip", "makes the environment", {"name": "tool", "virtualenv": "{folder}/new", "virtualenv_command": VENV},
         arrange=MAKE, snapshot=SNAPSHOT),
    Case("pip", "installs to a folder", {"name": "tool", "extra_args": "--target {folder}/there", **ENV},
         arrange=MAKE, snapshot=SNAPSHOT),
    Case("pip", "installs by an old pip, which cannot foresee", old(name="tool"), arrange=MAKE, snapshot=SNAPSHOT),
    Case("pip", "brings up to date by an old pip", old(name=["tool", "helper"], state="latest"), snapshot=SNAPSHOT,
         arrange=MAKE + PIP + "install tool==1.0"),
    Case("pip", "installs what a file lists by an old pip", old(requirements="{folder}/list"), snapshot=SNAPSHOT,
         arrange=MAKE + "printf 'tool<2\\nhelper\\n' > {folder}/list"),
]  # fmt: skip
