"""Cases of docker_prune. What its dry run names is what goes, which the diff of the case compares."""

from tests.contract.case import Case
from tests.contract.cases.docker import CONTAINERS, IMAGES, NETWORKS, RUN, VOLUMES

CACHE = "docker system df -v --format '{{range .BuildCache}}{{.ID}} {{end}}'"
EVERYTHING = f"{CONTAINERS}; {NETWORKS}; {VOLUMES}; {IMAGES}; {CACHE}"
ENDED = (
    "docker run --name ended -v /data -v kept:/kept opsengine/case:1 /bin/busybox sh -c 'echo note > /note'; "
    "docker create --name idle -l keep=yes opsengine/case:1 /bin/busybox true; "
)
STALE = "docker build -q --label stale=%s -t opsengine/case:%s {folder}/context; "
NETS = "docker network create spare; docker network create used; docker network connect used web; "
VOLS = "docker volume create spare; docker run -d --name holder -v held:/h opsengine/case:1 /bin/busybox sleep 300; "
CACHED = (
    "printf 'COPY Dockerfile /\\n' >> {folder}/context/Dockerfile; DOCKER_BUILDKIT=1 docker build -q {folder}/context; "
)


def prune(title: str, arrange: str, same: bool = False, **args: object) -> Case:
    """A case of docker_prune, beside the container `web` that runs."""
    given = RUN + "docker builder prune -af >/dev/null; docker image prune -f >/dev/null; " + arrange
    return Case("docker_prune", title, args, arrange=given, snapshot=EVERYTHING, same=same, docker=True)


CASES = [
    prune("removes containers that have ended", ENDED, containers=True),
    prune("removes containers by their labels", ENDED, containers=True, containers_filters={"label!": ["keep"]}),
    prune("leaves young containers alone", ENDED, same=True, containers=True, containers_filters={"until": "1h30m"}),
    prune("removes images without a name", STALE % (1, 1) + STALE % (2, 1) + STALE % (3, 2), images=True),
    prune("removes all images that nothing uses", "docker tag opsengine/case:1 opsengine/case:also; " + STALE % (1, 2),
          images=True, images_filters={"dangling": False}),
    prune("removes networks", NETS, networks=True),
    prune("removes volumes", VOLS, volumes=True),
    prune("removes what only ended containers used", ENDED + STALE % (1, 1) + NETS, containers=True, images=True,
          networks=True, volumes=True),
    prune("removes what builds have left", CACHED, builder_cache=True, builder_cache_all=True),
    prune("has nothing to do", "true", same=True, containers=True, networks=True, volumes=True, builder_cache=True),
]  # fmt: skip
