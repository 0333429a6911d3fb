"""Read entries of the system's databases: passwd, group, hosts, services, shadow and whatever else getent knows."""

from modules.kit import Arg, ModuleFailed, Query
from modules.kit.process import find_command, run

COLONS = ("passwd", "shadow", "group", "gshadow")
WHY = {
    1: "Missing arguments, or database unknown.",
    2: "One or more supplied key could not be found in the database.",
    3: "Enumeration not supported on this database.",
}


class Getent(Query):
    database = Arg(str, "The database")
    key = Arg(str, "The entry to look for; without it, all of them", default="")
    service = Arg(str, "Ask this source only, as nsswitch.conf names them", default=None)
    split = Arg(str, "What parts the fields; white space, a colon for passwd, shadow and groups", default=None)
    fail_key = Arg(bool, "Whether it is a failure when the key is not found", default=True)

    def read(self):
        program = find_command("getent")
        self.needs("command", "getent", program is not None, hint="it belongs to the C library's tools (libc-bin)")
        command = [program, *(["-s", self.service] if self.service else []), self.database]
        ended = run(command + ([self.key] if self.key else []), check=False)
        name = "getent_%s" % self.database
        if ended.code == 0:
            return {"ansible_facts": {name: self._entries(ended.stdout)}}
        message = WHY.get(ended.code, "Unexpected failure!")
        if ended.code == 2 and not self.fail_key:
            return {"ansible_facts": {name: {self.key: None}}, "msg": message}
        raise ModuleFailed(message)

    def _entries(self, text):
        separator = self.split or (":" if self.database in COLONS else None)
        found = {}
        seen = {}
        for line in text.splitlines():
            first, *rest = line.split(separator) or [""]
            if first in seen and seen[first] == 1:
                found[first] = [found[first], rest]
            elif first in seen:
                found[first].append(rest)
            else:
                found[first] = rest
            seen[first] = seen.get(first, 0) + 1
        return found
