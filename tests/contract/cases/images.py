"""Cases of the modules that move images: between registries, archives and an engine."""

from tests.contract.case import Case
from tests.contract.cases.docker import CLEAN, IMAGE, IMAGES, LOOP

OPEN, CLOSED = "127.0.0.1:5001", "127.0.0.1:5002"
STORE = "storage: {filesystem: {rootdirectory: /var/lib/lab-registry/data%s}, delete: {enabled: true}}"
HELD = "; sha1sum {folder}/*.tar; find /var/lib/lab-registry/data* -name link -exec sha1sum {} + | sort; true"


def registry(address: str, more: str = "") -> str:
    """Shell commands that leave an empty registry listening at an address of the host."""
    port = address.rpartition(":")[2]
    file = f"/var/lib/lab-registry/{port}.yml"
    lines = ["version: 0.1", STORE % port, f"http: {{addr: '{address}', secret: lab}}", more]
    return (
        "mkdir -p /var/lib/lab-registry; "
        "command -v docker-registry >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -q docker-registry "
        ">/dev/null 2>&1; systemctl disable -q --now docker-registry; "
        f"printf '%s\\n' \"{chr(10).join(lines)}\" > {file}; rm -rf /var/lib/lab-registry/data{port}; "
        f"systemctl is-active -q lab-registry-{port} || "
        f"systemd-run -q --collect --unit=lab-registry-{port} docker-registry serve {file}; "
        f"for i in $(seq 100); do curl -s -o /dev/null http://{address}/v2/ && break; sleep 0.1; done; "
    )


NAMED = f"docker tag opsengine/case:1 {OPEN}/opsengine/case:1; "
PUSHED = IMAGE + registry(OPEN) + NAMED + f"docker push -q {OPEN}/opsengine/case:1 >/dev/null; "
OTHER = (
    "printf 'LABEL other=1\\n' >> {folder}/context/Dockerfile; docker build -q -t opsengine/case:2 {folder}/context "
    ">/dev/null; "
)
MOVED = PUSHED + OTHER + (
    f"docker tag opsengine/case:2 {OPEN}/opsengine/case:1; docker push -q {OPEN}/opsengine/case:1 >/dev/null; "
    f"docker rmi {OPEN}/opsengine/case:1 >/dev/null; docker tag opsengine/case:1 {OPEN}/opsengine/case:1; "
)  # fmt: skip
SAVED = IMAGE + "docker save -o {folder}/images.tar opsengine/case:1; "
ROOT = CLEAN + "tar -C {folder}/context --mtime=@0 -cf {folder}/root.tar busybox; "
IMPORTED = (
    "docker import -c \"LABEL opsengine.context=$(sha256sum {folder}/root.tar | cut -d' ' -f1)\" {folder}/root.tar "
    "opsengine/case:3 >/dev/null; "
)
TURNED = IMPORTED + "tar -C {folder}/context -cf {folder}/root.tar busybox Dockerfile; "
GONE = PUSHED + f"docker rmi {OPEN}/opsengine/case:1 >/dev/null; "
PULLED = {"name": f"{OPEN}/opsengine/case", "tag": 1}
REMOVED = {"name": f"{OPEN}/opsengine/case:1", "state": "absent"}


def images(module: str, title: str, arrange: str, same: bool = False, **args: object) -> Case:
    """A case of a module about images."""
    return Case(module, title, args, arrange=arrange, snapshot=IMAGES + HELD, same=same, docker=True)


CASES = [
    images("docker_image_pull", "brings what is not there", GONE, **PULLED),
    images("docker_image_pull", "brings what the registry has by now", MOVED, **PULLED),
    images("docker_image_pull", "leaves alone what is as in the registry", PUSHED, same=True, **PULLED),
    images("docker_image_pull", "leaves alone what is there, if that is enough", MOVED, same=True, pull="not_present",
           platform="linux/amd64", **PULLED),
    images("docker_image_tag", "gives names", IMAGE + OTHER, name="opsengine/case:1",
           repository=["opsengine/case:3", "opsengine/case:2", "opsengine/case/other"]),
    images("docker_image_tag", "keeps a name that is another's", IMAGE + OTHER, same=True, name="opsengine/case",
           tag="1", repository=["opsengine/case:2"], existing_images="keep"),
    images("docker_image_remove", "removes one name of two", IMAGE + "docker tag opsengine/case:1 opsengine/case:2",
           name="opsengine/case:2"),
    images("docker_image_remove", "removes the image with its last name", IMAGE, name="opsengine/case", tag="1"),
    images("docker_image_remove", "leaves alone what is gone", CLEAN, name="opsengine/case:1", same=True),
    images("docker_image_export", "writes an archive", IMAGE + OTHER, names=["opsengine/case:1", "opsengine/case:2"],
           path="{folder}/images.tar"),
    images("docker_image_export", "replaces an archive of another image", SAVED + OTHER, name="opsengine/case:2",
           path="{folder}/images.tar"),
    images("docker_image_export", "leaves alone an archive of this image", SAVED, same=True, name="opsengine/case",
           tag="1", path="{folder}/images.tar"),
    images("docker_image_load", "brings the images of an archive", SAVED + CLEAN, path="{folder}/images.tar"),
    images("docker_image_load", "leaves alone what is there", SAVED, same=True, path="{folder}/images.tar"),
    images("docker_image_push", "brings an image to its registry", IMAGE + registry(OPEN) + NAMED, **PULLED),
    images("docker_image_push", "replaces another image there", MOVED, **PULLED),
    images("docker_image_push", "leaves alone what is there", PUSHED, same=True, **PULLED),
    images("docker_image_build", "builds", CLEAN, name="opsengine/case", tag="1", path="{folder}/context",
           args={"A": 1}, labels={"a": "b c"}, shm_size="64m", etc_hosts={"db": "10.1.2.3"}, platform=["linux/amd64"]),
    images("docker_image_build", "leaves alone what is there", IMAGE, same=True, name="opsengine/case:1",
           path="{folder}/context"),
    images("docker_image_build", "builds from a folder that has changed", IMAGE, name="opsengine/case:1",
           path="{folder}/context", rebuild="changed"),
    Case("docker_image_build", "builds always", {"name": "opsengine/case:1", "path": "{folder}/context",
         "nocache": True, "rebuild": "always"}, arrange=IMAGE, snapshot=IMAGES, repeats=True, docker=True),
    images("docker_image", "pushes", IMAGE + registry(OPEN), name="opsengine/case:1", source="local", push=True,
           repository=f"{OPEN}/opsengine/case:1"),
    images("docker_image", "leaves alone what is pushed", PUSHED, same=True, name=f"{OPEN}/opsengine/case:1",
           source="local", push=True),
    Case("docker_image", "builds again when forced", {"name": "opsengine/case:1", "source": "build",
         "build": {"path": "{folder}/context", "nocache": True}, "force_source": True}, arrange=IMAGE, snapshot=IMAGES,
         repeats=True, docker=True),
    images("docker_image_import", "makes an image", ROOT, name="opsengine/case:3", path="{folder}/root.tar",
           changes={"command": LOOP, "env": {"A": "b c"}, "user": "1", "workdir": "/bin"}, message="made by a test"),
    images("docker_image_import", "makes it anew from another tar", ROOT + TURNED, name="opsengine/case:3",
           path="{folder}/root.tar"),
    images("docker_image_import", "leaves alone what is of this tar", ROOT + IMPORTED, same=True,
           name="opsengine/case:3", path="{folder}/root.tar"),
]  # fmt: skip
