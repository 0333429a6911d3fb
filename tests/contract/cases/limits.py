"""Cases of pam_limits."""

from tests.contract.case import Case

LINES = (
    "printf '%s\\n' '# mine' '@web - nofile 4096 # for the web' 'ann soft core unlimited' 'ann  hard  nice -5' "
    "'* hard nproc many' > {folder}/limits"
)


def limit(title, arrange=LINES, /, **args):
    """A case of a file of limits."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect") if key in args}
    given = {"domain": "@web", "limit_type": "-", "limit_item": "nofile", "value": 4096, "dest": "{folder}/limits"}
    return Case("pam_limits", title, {**given, **args}, arrange=arrange, **known)


ANN = {"domain": "ann", "limit_type": "soft", "limit_item": "core"}

CASES = [
    limit("makes the file", "true", comment="for the web", expect={"msg": "@web\t-\tnofile\t4096\t#for the web"}),
    limit("adds a line", limit_type="hard", value="unlimited", expect={"msg": "@web\thard\tnofile\tunlimited"}),
    limit("changes a line and keeps the comment", value=8192, backup=True),
    limit("leaves a line alone", comment="other", same=True, expect={"msg": "@web - nofile 4096 # for the web"}),
    limit("keeps a greater value", value=1024, use_max=True, same=True),
    limit("takes a greater value", value="infinity", use_max=True),
    limit("takes a lower value", value=1024, use_min=True),
    limit("takes a number for no limit", **ANN, value=0, use_min=True),
    limit("keeps no limit", **ANN, value=1, use_max=True, same=True),
    limit("changes a rank", domain="ann", limit_type="hard", limit_item="nice", value=-10),
]  # fmt: skip
