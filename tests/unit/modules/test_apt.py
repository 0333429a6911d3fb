"""How apt's own words are read."""

from opsengine.agent import library

library.module_files()["apt"].kind  # noqa: B018 - makes `modules` importable
from modules.packages._apt import STEP  # noqa: E402

SIMULATED = """\
Inst runc [1.0] (1.1.5 Debian:12.4/stable [amd64])
Inst containerd (1.6.20~ds1-1+b1 Debian:12.4/stable [amd64]) []
Conf runc (1.1.5 Debian:12.4/stable [amd64])
Remv hello [2.10-3]
Purg tree [2.1.0-1]
"""


def test_a_simulation_names_every_package_with_its_version() -> None:
    steps = [step[:4] for step in STEP.findall(SIMULATED)]
    assert [
        ("Inst", "runc", "1.0", "1.1.5"),
        ("Inst", "containerd", "", "1.6.20~ds1-1+b1"),
        ("Remv", "hello", "2.10-3", ""),
        ("Purg", "tree", "2.1.0-1", ""),
    ] == steps
