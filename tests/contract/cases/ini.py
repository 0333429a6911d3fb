"""Cases of ini_file."""

from tests.contract.case import Case

FILE = (
    "printf 'top = 1\\n; comment\\n\\n[one]\\na = 1\\n#b = 2\\nb=3\\nb = 4\\nl = x\\nl = y\\n\\n#\\n\\n' > {folder}/f;"
    " printf '[ two ]\\nflag\\n[peer]\\nid = 1\\nname = x\\n[peer]\\nid = 2\\nname = y\\n[last]\\nz = 1' >> {folder}/f;"
    " chmod 640 {folder}/f"
)
F = {"path": "{folder}/f"}


CASES = [
    Case("ini_file", "changes an option", {**F, "section": "one", "option": "a", "value": "2", "mode": "0600"},
         arrange=FILE, expect={"msg": "option changed", "mode": "0600"}),
    Case("ini_file", "leaves an option alone", {**F, "section": "one", "option": "b", "value": "3",
         "ignore_spaces": True, "exclusive": False}, arrange=FILE + "; echo >> {folder}/f", same=True,
         expect={"msg": "OK"}),
    Case("ini_file", "takes over a commented line", {**F, "section": "one", "option": "b", "value": "9"},
         arrange=FILE, expect={"msg": "option changed"}),
    Case("ini_file", "leaves a commented line alone", {**F, "section": "one", "option": "b", "value": "9",
         "modify_inactive_option": False, "backup": True}, arrange=FILE),
    Case("ini_file", "sets several values", {**F, "section": "one", "option": "l", "values": ["z", "y"]},
         arrange=FILE),
    Case("ini_file", "adds a value", {**F, "section": "one", "option": "l", "value": "z", "exclusive": False},
         arrange=FILE, expect={"msg": "option added"}),
    Case("ini_file", "removes a value",
         {**F, "section": "one", "option": "l", "value": "x", "exclusive": False, "state": "absent"}, arrange=FILE),
    Case("ini_file", "removes an option", {**F, "section": "one", "option": "l", "state": "absent"}, arrange=FILE),
    Case("ini_file", "removes a section", {**F, "section": "two", "state": "absent"}, arrange=FILE,
         expect={"msg": "section removed"}),
    Case("ini_file", "finds no section to remove", {**F, "section": "none", "state": "absent"}, same=True,
         arrange=FILE + "; echo >> {folder}/f"),
    Case("ini_file", "adds a section", {**F, "section": "new", "option": "n", "value": 1, "no_extra_spaces": True},
         arrange=FILE, undo={**F, "section": "new", "state": "absent"}),
    Case("ini_file", "adds an option without a value",
         {**F, "section": "two", "option": "other", "allow_no_value": True}, arrange=FILE),
    Case("ini_file", "knows one section of several by what is in it",
         {**F, "section": "peer", "option": "name", "value": "Y",
          "section_has_values": [{"option": "id", "value": 2}]}, arrange=FILE),
    Case("ini_file", "adds the one that none is",
         {**F, "section": "peer", "option": "name", "value": "Y",
          "section_has_values": [{"option": "id", "values": [3, 4]}]}, arrange=FILE,
         expect={"msg": "section and option added"}),
    Case("ini_file", "sets an option before all sections", {**F, "option": "top", "value": 2}, arrange=FILE),
    Case("ini_file", "makes a file", {"path": "{folder}/a/b", "section": "s", "option": "o", "value": "v"}),
    Case("ini_file", "makes no file to remove something from it", {"path": "{folder}/b", "section": "s",
         "state": "absent"}, same=True),
    Case("ini_file", "leaves the ends of lines alone where nothing changes",
         {**F, "section": "s", "option": "o", "value": "v"}, arrange="printf '[s]\\r\\no = v\\r\\n' > {folder}/f",
         same=True),
    Case("ini_file", "writes through a link", {"path": "{folder}/l", "section": "one", "option": "a", "value": "7",
         "follow": True}, arrange=FILE + "; ln -s f {folder}/l"),
    Case("ini_file", "replaces a link", {"path": "{folder}/l", "section": "one", "option": "a", "value": "7"},
         arrange=FILE + "; ln -s f {folder}/l"),
]  # fmt: skip
