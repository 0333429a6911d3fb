"""Cases of the modules of Docker Compose: version 2 as a plugin, and 1.29 where that is all there is."""

import json
from typing import Any

from tests.contract.case import Case
from tests.contract.cases.docker import CONTAINERS, IMAGE, IMAGES, NETWORKS, VOLUMES
from tests.contract.cases.images import OPEN, registry

SOURCES = "/etc/apt/sources.list /etc/apt/sources.list.d"
MIRROR = f"$(grep -rhE '^(URIs:|deb )' {SOURCES} 2>/dev/null | grep -oE 'https?://[^ ]+/debian' | head -n 1)"
TRIXIE = (
    "Types: deb\\nURIs: %s\\nSuites: trixie\\nComponents: main\\n"
    "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\\n"
)
PLUGIN = (
    "docker compose version >/dev/null 2>&1 || { "
    f"printf '{TRIXIE}' {MIRROR} > /etc/apt/sources.list.d/trixie.sources; "
    "printf 'Package: *\\nPin: release n=trixie\\nPin-Priority: 100\\n' > /etc/apt/preferences.d/trixie; "
    "apt-get update -q; DEBIAN_FRONTEND=noninteractive apt-get install -y -q --allow-downgrades docker-compose/trixie; "
    "rm /etc/apt/sources.list.d/trixie.sources; apt-get update -q; } >/dev/null 2>&1; "
)
OLD = (
    "docker-compose version --short | grep -q ^1 || { apt-get remove -y -q docker-compose; "
    "DEBIAN_FRONTEND=noninteractive apt-get install -y -q docker-compose/bookworm; } >/dev/null 2>&1; "
)
WEB = {"image": "opsengine/case:1", "command": ["/bin/busybox", "sleep", "300"], "stop_grace_period": "0s"}
FILE = """cat > {folder}/compose.yml <<'END'
version: '3.8'
services:
  web:
    image: opsengine/case:1
    command: [/bin/busybox, sleep, '300']
    stop_grace_period: 0s
    env_file: [web.env]
    volumes: ['data:/data']
    depends_on: [db]
  db:
    build: ./context
    command: [/bin/busybox, sleep, '300']
    stop_grace_period: 0s
volumes: {data: {}}
END
echo A=1 > {folder}/web.env; """
FRESH = IMAGE + "docker rmi -f case-db case_db >/dev/null 2>&1; " + FILE
ALL = f"{CONTAINERS}; {NETWORKS}; {VOLUMES}; {IMAGES}"
GIVEN = {"project_src": "{folder}", "project_name": "case"}
UP = "docker compose --project-directory {folder} -f {folder}/compose.yml -p case up -d >/dev/null 2>&1; "
OLD_UP = UP.replace("docker compose", "docker-compose")
STOP = UP.replace("up -d", "stop")
MORE = "echo A=2 > {folder}/web.env; "
PULLED = {"services": {"web": {**WEB, "image": f"{OPEN}/opsengine/case:1"}}}
OFFERED = (
    registry(OPEN) + f"docker tag opsengine/case:1 {OPEN}/opsengine/case:1; docker push -q {OPEN}/opsengine/case:1; "
)
NEWER = (
    "docker build -q --label new=1 -t opsengine/case:2 {folder}/context; "
    f"docker tag opsengine/case:2 {OPEN}/opsengine/case:1; docker push -q {OPEN}/opsengine/case:1; "
    f"docker tag opsengine/case:1 {OPEN}/opsengine/case:1; "
)
WRITTEN = f"printf '{json.dumps(PULLED)}' > {{folder}}/compose.yml; "


def compose(title: str, arrange: str = "", same: bool = False, repeats: bool = False, **args: Any) -> Case:
    """A case of docker_compose_v2 with the plugin."""
    given = args if "definition" in args else {**GIVEN, **args}
    return Case("docker_compose_v2", title, given, arrange=PLUGIN + FRESH + arrange, snapshot=ALL, same=same,
                repeats=repeats, docker=True)  # fmt: skip


def old(title: str, arrange: str = "", same: bool = False, **args: Any) -> Case:
    """A case of docker_compose_v2 with docker-compose 1.29."""
    arrange = OLD + FRESH + arrange
    return Case("docker_compose_v2", f"1.29 {title}", {**GIVEN, **args}, arrange=arrange, snapshot=ALL, same=same,
                docker=True)  # fmt: skip


CASES = [
    compose("brings a project up"),
    compose("leaves a project as it is", UP, same=True),
    compose("makes containers anew that are described otherwise", UP + MORE),
    compose("leaves them if asked to", UP + MORE, same=True, recreate="never"),
    compose("makes all anew if asked to", UP, repeats=True, recreate="always"),
    compose("starts what is stopped", UP + STOP, services=["web"]),
    compose("scales a service", UP, scale={"db": 2}),
    compose("builds and finds nothing new", UP, same=True, build="always"),
    compose("stops a project", UP, state="stopped"),
    compose("makes a project that is stopped", state="stopped"),
    compose("leaves what is stopped", UP + STOP, same=True, state="stopped"),
    compose("restarts a project", UP, repeats=True, state="restarted", timeout=1),
    compose("takes a project down", UP, state="absent", remove_volumes=True, remove_images="local"),
    compose("leaves what is down", same=True, state="absent"),
    compose("takes a definition", project_name="case", wait=True, definition={"services": {"web": WEB}}),
    compose("brings the images that the registry has by now", OFFERED + WRITTEN + UP + NEWER, pull="always"),
    compose("leaves images that are as in the registry", OFFERED + WRITTEN + UP, same=True, pull="always"),
    Case("docker_compose_v2_pull", "brings images", GIVEN, docker=True, snapshot=ALL,
         arrange=PLUGIN + FRESH + OFFERED + WRITTEN + f"docker rmi {OPEN}/opsengine/case:1"),
    Case("docker_compose_v2_pull", "brings the images that the registry has by now", GIVEN, docker=True, snapshot=ALL,
         arrange=PLUGIN + FRESH + OFFERED + WRITTEN + NEWER),
    Case("docker_compose_v2_pull", "leaves images that are there", {**GIVEN, "policy": "missing"}, same=True,
         docker=True, snapshot=ALL, arrange=PLUGIN + FRESH + OFFERED + WRITTEN),
    Case("docker_compose_v2_exec", "runs a command", {**GIVEN, "service": "web", "tty": False, "env": {"B": "2"},
         "command": "/bin/busybox sh -c 'echo $A$B; /bin/busybox cat; echo e >&2'", "stdin": "in"}, kind="action",
         arrange=PLUGIN + FRESH + UP, snapshot=ALL, expect={"rc": 0, "stdout": "12\nin", "stderr": "e"}, docker=True),
    Case("docker_compose_v2_run", "runs a command in a container of its own", {**GIVEN, "service": "web", "tty": False,
         "argv": ["/bin/busybox", "sh", "-c", "echo $A$B"], "env": {"B": "2"}, "cleanup": True, "no_deps": True},
         kind="action", arrange=PLUGIN + FRESH, snapshot=ALL, expect={"rc": 0, "stdout": "12"}, docker=True),
    old("brings a project up"),
    old("leaves a project as it is", OLD_UP, same=True),
    old("makes containers anew that are described otherwise", OLD_UP + MORE),
    old("scales a service", OLD_UP, scale={"db": 2}),
    old("stops a project", OLD_UP, state="stopped"),
    old("takes a project down", OLD_UP, state="absent", remove_volumes=True),
]  # fmt: skip
