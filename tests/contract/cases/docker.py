"""Cases of modules/docker, on a lab host with an engine inside."""

from typing import Any

from tests.contract.case import Case

CLEAN = (
    "systemctl reset-failed docker; systemctl start docker; docker rm -f $(docker ps -aq) 2>/dev/null; "
    "docker network prune -f >/dev/null; docker volume ls -q | xargs -r docker volume rm >/dev/null; "
    # An image that others are built on goes after them.
    "for i in 1 2 3; do docker rmi -f $(docker images -q) 2>/dev/null; done; mkdir -p {folder}/context; "
    "cp /bin/busybox {folder}/context/; printf 'FROM scratch\\nCOPY busybox /bin/busybox\\n' > {folder}/context/Dockerfile; "
)
IMAGE = CLEAN + "docker build -q -t opsengine/case:1 {folder}/context >/dev/null; "
RUN = IMAGE + "docker run -d --name web -m 32m --restart=no opsengine/case:1 /bin/busybox sleep 300 >/dev/null; "
NETWORKS = "docker network ls -q | xargs docker network inspect"
VOLUMES = "docker volume ls -q | xargs -r docker volume inspect"
IMAGES = "docker images --no-trunc --format '{{.Repository}} {{.Tag}} {{.ID}}' | sort; ls -R {folder}"
CONTAINERS = "docker ps -aq --no-trunc; docker ps -aq | xargs -r docker inspect | sort"
SAID = "{{.Debug}} {{.LoggingDriver}} {{.LiveRestoreEnabled}} {{.RegistryConfig.Mirrors}} {{.RegistryConfig.InsecureRegistryCIDRs}}"
DAEMON = f"cat /etc/docker/daemon.json; docker info --format '{SAID}'; systemctl show docker -p ExecMainPID; true"
FRESH = CLEAN + "rm -f /etc/docker/daemon.json; systemctl restart docker; "
LOOP = ["/bin/busybox", "sleep", "300"]


def container(name: str, arrange: str, same: bool = False, undo: bool = True, **args: Any) -> Case:
    """A case of docker_container about the container `web`."""
    back = {"name": "web", "state": "absent"} if undo else None
    return Case(
        "docker_container",
        name,
        {"name": "web", "force_kill": True, "stop_timeout": 1, **args},
        arrange=arrange,
        snapshot=CONTAINERS,
        undo=back,
        same=same,
        docker=True,
    )


CASES = [
    Case("docker_volume", "creates", {"name": "data", "labels": {"a": 1}, "driver_options": {"type": "tmpfs", "device": "x"}},
         arrange=CLEAN, snapshot=VOLUMES, undo={"name": "data", "state": "absent"}, docker=True),
    Case("docker_volume", "leaves alone what differs", {"name": "data", "labels": {"a": 2}}, same=True,
         arrange=CLEAN + "docker volume create data", snapshot=VOLUMES, docker=True),
    Case("docker_network", "creates", {"name": "apps", "ipam_config": [{"subnet": "172.29.7.0/24", "gateway": "172.29.7.1"}],
         "labels": {"a": "b"}, "internal": True}, arrange=CLEAN, snapshot=NETWORKS,
         undo={"name": "apps", "state": "absent"}, docker=True),
    Case("docker_network", "makes anew what differs", {"name": "apps", "ipam_config": [{"subnet": "172.29.8.0/24"}]},
         arrange=CLEAN + "docker network create --subnet 172.29.7.0/24 apps", snapshot=NETWORKS, docker=True),
    Case("docker_network", "connects containers", {"name": "apps", "connected": ["web"]}, snapshot=NETWORKS,
         arrange=RUN + "docker network create apps", docker=True),
    Case("docker_image", "builds", {"name": "opsengine/case", "tag": "1", "source": "build",
         "build": {"path": "{folder}/context"}}, arrange=CLEAN, snapshot=IMAGES, docker=True,
         undo={"name": "opsengine/case:1", "state": "absent"}),
    Case("docker_image", "is made from a root file system", {"name": "opsengine/case:2", "import_path": "{folder}/root.tar",
         "import_changes": {"command": LOOP, "env": {"A": "b c"}, "exposed_ports": ["80"]}}, snapshot=IMAGES, docker=True,
         arrange=CLEAN + "tar -C {folder}/context -cf {folder}/root.tar busybox",
         undo={"name": "opsengine/case:2", "state": "absent"}),
    Case("docker_image", "has another name too", {"name": "opsengine/case:1", "source": "local",
         "repository": "opsengine/case:other"}, arrange=IMAGE, snapshot=IMAGES, docker=True),
    Case("docker_image", "leaves alone what is there", {"name": "opsengine/case:1", "source": "pull"}, arrange=IMAGE,
         snapshot=IMAGES, same=True, docker=True),
    container("creates and starts", IMAGE, image="opsengine/case:1", command=LOOP, env={"A": 1}, memory="64m", cpus=0.5,
              published_ports=["127.0.0.1:7001:80", "7002:53/udp"], volumes=["data:/data", "/srv:/srv:ro"],
              labels={"a": "b"}, ulimits=["nofile:1000:2000"], restart_policy="unless-stopped", hostname="web",
              healthcheck={"test": ["CMD", "/bin/busybox", "true"], "interval": "1s"}, etc_hosts={"db": "10.1.2.3"}),
    container("creates without starting", IMAGE, image="opsengine/case:1", command=LOOP, state="present"),
    container("updates limits while it runs", RUN, memory="48m", cpus=1.5, pids_limit=100, restart_policy="always"),
    container("is made anew for another command", RUN, image="opsengine/case:1", command=["/bin/busybox", "sleep", "400"]),
    container("joins a network", RUN + "docker network create --subnet 172.29.9.0/24 apps", networks=[
              {"name": "apps", "ipv4_address": "172.29.9.20", "aliases": ["www"]}], networks_cli_compatible=False),
    container("is stopped", RUN, state="stopped"),
    container("is left alone", RUN, same=True, undo=False, image="opsengine/case:1", command=LOOP, memory="32m"),
    container("waits until it is healthy", IMAGE, image="opsengine/case:1", command=LOOP, state="healthy",
              healthcheck={"test": ["CMD", "/bin/busybox", "true"], "interval": "1s", "retries": 3}),
    Case("docker_daemon", "reloads", {"config": {"registry-mirrors": ["http://127.0.0.1:5001"], "debug": True}},
         arrange=FRESH, snapshot=DAEMON, undo={"replace": True, "config": {}}, docker=True),
    Case("docker_daemon", "restarts", {"config": {"log-opts": {"max-size": "10m"}, "log-driver": "json-file"}},
         arrange=FRESH, snapshot=DAEMON, docker=True),
    Case("docker_daemon", "keeps what else is there", {"config": {"insecure-registries": ["127.0.0.1:5001"]},
         "lists": {"insecure-registries": "union"}}, snapshot=DAEMON, docker=True,
         arrange=FRESH + "printf '{\"debug\": true, \"insecure-registries\": [\"10.9.9.9:5000\"]}' > /etc/docker/daemon.json; "
         "systemctl reload docker"),
]  # fmt: skip
