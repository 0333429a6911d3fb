"""Cases of the modules that work on containers: commands in them, files in and out, images of them."""

from tests.contract.case import Case
from tests.contract.cases.docker import RUN

NOTE = "docker exec web /bin/busybox cat /note 2>/dev/null; true"


def execute(title: str, **args: object) -> Case:
    """A case of docker_container_exec in the container `web`."""
    expect = args.pop("expect", {})
    assert isinstance(expect, dict)
    given = {"container": "web", **args}
    return Case(
        "docker_container_exec", title, given, arrange=RUN, snapshot=NOTE, kind="action", expect=expect, docker=True
    )


CASES = [
    execute("runs a command", argv=["/bin/busybox", "sh", "-c", "echo a; echo b >&2; echo $A; echo c > /note"],
            env={"A": True}, expect={"rc": 0, "stdout": "a\ntrue", "stderr": "b", "stdout_lines": ["a", "true"]}),
    execute("gives it an input", command="/bin/busybox wc -c", stdin="x" * 300_000,
            expect={"rc": 0, "stdout": "300001"}),
    execute("gives it a user, a folder and a terminal", user="7:8", chdir="/bin", tty=True,
            command="/bin/busybox sh -c 'pwd; /bin/busybox id -u; test -t 1'",
            expect={"rc": 0, "stdout": "/bin\r\n7", "stderr": ""}),
    execute("starts it only", command="/bin/busybox touch /note", detach=True, expect={"changed": True}),
]  # fmt: skip
