"""Cases of the modules that look at an engine."""

from tests.contract.case import Case
from tests.contract.cases.docker import CLEAN, CONTAINERS, IMAGES, NETWORKS, RUN, VOLUMES

CASES = [
    Case("docker_container_info", "tells of one", {"name": "web"}, arrange=RUN, snapshot=CONTAINERS, kind="query",
         expect={"exists": True}, docker=True),
    Case("docker_container_info", "tells of one that is not there", {"name": "nobody"}, arrange=CLEAN,
         snapshot=CONTAINERS, kind="query", expect={"exists": False, "container": None}, docker=True),
    Case("docker_network_info", "tells of one", {"name": "bridge"}, arrange=CLEAN, snapshot=NETWORKS, kind="query",
         expect={"exists": True}, docker=True),
    Case("docker_volume_info", "tells of one", {"name": "data"}, arrange=CLEAN + "docker volume create data",
         snapshot=VOLUMES, kind="query", expect={"exists": True}, docker=True),
    Case("docker_image_info", "tells of those that are there", {"name": ["opsengine/case:1", "not/there"]},
         arrange=RUN, snapshot=IMAGES, kind="query", docker=True),
    Case("docker_host_info", "tells of all", {"containers": True, "containers_all": True, "images": True,
         "networks": True, "volumes": True, "disk_usage": True, "volumes_filters": {"dangling": True}},
         arrange=RUN, snapshot=CONTAINERS, kind="query", expect={"can_talk_to_docker": True}, docker=True),
]  # fmt: skip
