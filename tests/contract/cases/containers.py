"""Cases of the modules that work on containers: commands in them, files in and out, images of them."""

from tests.contract.case import Case
from tests.contract.cases.docker import IMAGES, RUN

NOTE = "docker exec web /bin/busybox cat /note 2>/dev/null; true"
LISTED = "docker export web | tar -tv --full-time --numeric-owner | grep -e note -e link; "
INSIDE = LISTED + "docker cp web:/note - | sha1sum; true"
NOTED = "printf 'from the host\\n' > {folder}/note; chmod 4604 {folder}/note; "
IN = "tar -C {folder} --owner=3 --group=4 -c note | docker cp - web:/; "
TREE = (
    "docker exec web /bin/busybox sh -c 'cd /; PATH=/bin; busybox mkdir -p tree/a; "
    "echo one > tree/a/one; busybox ln tree/a/one tree/two; busybox ln -s a/one tree/link; busybox chmod 700 tree/a; "
    "busybox chmod 600 tree/two'; "
)


def execute(title: str, **args: object) -> Case:
    """A case of docker_container_exec in the container `web`."""
    expect = args.pop("expect", {})
    assert isinstance(expect, dict)
    given = {"container": "web", **args}
    return Case(
        "docker_container_exec", title, given, arrange=RUN, snapshot=NOTE, kind="action", expect=expect, docker=True
    )


def copied(title: str, arrange: str = "", same: bool = False, repeats: bool = False, **args: object) -> Case:
    """A case of docker_container_copy_into to /note in the container `web`, which runs as user 3:4."""
    given = {"container": "web", "container_path": "/note", **args}
    user = "docker rm -f web; docker run -d --name web -u 3:4 opsengine/case:1 /bin/busybox sleep 300; "
    return Case("docker_container_copy_into", title, given, arrange=RUN + user + arrange, snapshot=INSIDE, same=same,
                repeats=repeats, docker=True)  # fmt: skip


def fetched(title: str, arrange: str, same: bool = False, **args: object) -> Case:
    """A case of docker_container_copy_from to {folder}/to."""
    given = {"container": "web", "path": "{folder}/to", **args}
    return Case("docker_container_copy_from", title, given, arrange=RUN + arrange, same=same, docker=True)


CASES = [
    execute("runs a command", argv=["/bin/busybox", "sh", "-c", "echo a; echo b >&2; echo $A; echo c > /note"],
            env={"A": True}, expect={"rc": 0, "stdout": "a\ntrue", "stderr": "b", "stdout_lines": ["a", "true"]}),
    execute("gives it an input", command="/bin/busybox wc -c", stdin="x" * 300_000,
            expect={"rc": 0, "stdout": "300001"}),
    execute("gives it a user, a folder and a terminal", user="7:8", chdir="/bin", tty=True,
            command="/bin/busybox sh -c 'pwd; /bin/busybox id -u; test -t 1'",
            expect={"rc": 0, "stdout": "/bin\r\n7", "stderr": ""}),
    execute("starts it only", command="/bin/busybox touch /note", detach=True, expect={"changed": True}),
    copied("a text", content="hello\n", mode="0640"),
    copied("a text that is no text", content="AAH/", content_is_b64=True, mode=420, owner_id=5, group_id=6),
    copied("a file in place of another one", path="{folder}/note", mode="420", mode_parse="legacy", arrange=NOTED),
    copied("a file as it is", path="{folder}/note", arrange=NOTED + IN, same=True),
    copied("a link", path="{folder}/link", local_follow=False, arrange="ln -s /elsewhere {folder}/link"),
    copied("a file through a link in the container", container_path="/link", path="{folder}/note", follow=True,
           arrange=NOTED + "docker exec -u 0 web /bin/busybox ln -s note /link; "),
    copied("nothing where something is", content="hello\n", mode="0640", force=False, arrange=NOTED + IN, same=True),
    copied("a file without a look", path="{folder}/note", force=True, arrange=NOTED + IN, repeats=True),
    copied("a file into a container that does not run", path="{folder}/note", arrange=NOTED + "docker stop -t 0 web"),
    fetched("a file", container_path="/note", arrange=NOTED + IN),
    fetched("a file in place of another one", container_path="/note", arrange=NOTED + IN + "echo old > {folder}/to"),
    fetched("a file into a folder", container_path="/link", follow=True, path="{folder}/new/",
            arrange=NOTED + IN + "docker exec web /bin/busybox ln -s note /link; mkdir {folder}/new"),
    fetched("a folder with links", container_path="/tree", arrange=TREE),
    fetched("a folder as it is", container_path="/tree", same=True,
            arrange=TREE + "mkdir {folder}/to; docker cp web:/tree {folder}/to"),
    fetched("what is in a folder", container_path="/tree/", arrange=TREE),
    Case("docker_container_commit", "makes an image", {"container": "web", "name": "opsengine/case:4",
         "author": "a test", "message": "as it runs",
         "changes": {"command": ["/bin/busybox", "true"], "labels": {"a": "b"}}}, arrange=RUN,
         snapshot=IMAGES, docker=True),
    Case("docker_container_commit", "leaves alone what is there", {"container": "web", "name": "opsengine/case:1"},
         arrange=RUN, snapshot=IMAGES, same=True, docker=True),
    Case("docker_container_commit", "replaces what is there", {"container": "web", "name": "opsengine/case", "tag": "1",
         "force": True}, arrange=RUN, snapshot=IMAGES, repeats=True, docker=True),
    Case("docker_container_export", "writes a tar", {"container": "web", "path": "{folder}/web.tar"}, arrange=RUN,
         docker=True),
    Case("docker_container_export", "leaves alone what is there", {"container": "web", "path": "{folder}/web.tar"},
         arrange=RUN + "touch {folder}/web.tar", same=True, docker=True),
    Case("docker_container_export", "replaces what is there", {"container": "web", "path": "{folder}/web.tar",
         "force": True}, arrange=RUN + "touch {folder}/web.tar", repeats=True, docker=True),
]  # fmt: skip
