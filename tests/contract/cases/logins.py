"""Cases of docker_login: in config.json, with a helper, and to a registry that lets nobody else in."""

from tests.contract.case import Case
from tests.contract.cases.docker import CLEAN
from tests.contract.cases.images import CLOSED, registry

PASSWORD = "correct horse"
HASH = f'import crypt; print("lab:" + crypt.crypt("{PASSWORD}", crypt.mksalt(crypt.METHOD_BLOWFISH)))'
AUTH = "auth: {htpasswd: {realm: lab, path: /var/lib/lab-registry/htpasswd}}"
UP = (
    CLEAN
    + f"mkdir -p /var/lib/lab-registry; python3 -W ignore -c '{HASH}' > /var/lib/lab-registry/htpasswd; "
    + registry(CLOSED, AUTH)
)
OTHERS = """printf '{"HttpHeaders": {"a": "b"}, "auths": {"other:5000": {"auth": "YTpi"}}}' > {folder}/config.json; """
KEPT = f"docker --config {{folder}} login -u lab -p '{PASSWORD}' {CLOSED} >/dev/null 2>&1; "
STALE = f"""printf '{{"auths": {{"https://{CLOSED}/v2/": {{"auth": "bGFiOndyb25n"}}}}}}' > {{folder}}/config.json; """
HELPER = r"""cat > /usr/local/bin/docker-credential-lab <<'END'
#!/usr/bin/python3
# Keeps credentials in files, by docker's protocol for helpers.
import json, os, sys
verb, said, folder = sys.argv[1], sys.stdin.read(), "/root/contract/"
if verb == "store":
    open(folder + json.loads(said)["ServerURL"], "w").write(said)
elif verb == "erase":
    os.unlink(folder + said)
elif not os.path.exists(folder + said):
    sys.exit("credentials not found in native keychain")
elif verb == "get":
    print(open(folder + said).read())
END
chmod 755 /usr/local/bin/docker-credential-lab
printf '{"credHelpers": {"127.0.0.1:5002": "lab"}}' > {folder}/config.json; """
SECRET = f'{{"ServerURL": "{CLOSED}", "Username": "lab", "Secret": "{PASSWORD}"}}'
HELD = f"printf '{SECRET}' > {{folder}}/{CLOSED}; "
HERE = {"registry_url": CLOSED, "config_path": "{folder}/config.json"}
LAB = {**HERE, "username": "lab", "password": PASSWORD}
OUT = {**HERE, "state": "absent"}
SEEN = "find {folder} -printf '%P %y %m %s\\n' | sort; find {folder} -type f -exec sha1sum {} +"


def login(
    title: str, arrange: str, same: bool = False, undo: bool = False, repeats: bool = False, **args: object
) -> Case:
    """A case of docker_login."""
    given = {**(OUT if args.get("state") == "absent" else LAB), **args}
    return Case("docker_login", title, given, arrange=UP + arrange, snapshot=SEEN, same=same, repeats=repeats,
                undo=OUT if undo else None, docker=True)  # fmt: skip


CASES = [
    login("makes the file", "true", undo=True),
    login("makes the folder too", "true", config_path="{folder}/new/config.json"),
    login("keeps what else is in the file", OTHERS, undo=True),
    login("leaves alone what is kept", KEPT, same=True),
    login("replaces what is kept by another spelling", STALE),
    login("logs in again when asked", KEPT, reauthorize=True, repeats=True),
    login("logs out", KEPT, state="absent"),
    login("has nothing to do where nobody is logged in", OTHERS, state="absent", same=True),
    login("keeps it with the helper", HELPER, undo=True),
    login("leaves alone what the helper keeps", HELPER + HELD, same=True),
    login("logs out with the helper", HELPER + HELD, state="absent"),
]
