"""Cases of cron: files of jobs anywhere, crontabs of users on a host of the lab."""

from tests.contract.case import Case

FILE = {"cron_file": "{folder}/jobs", "user": "root"}
JOBS = (
    "printf '%s\\n' '# by hand' 'MAILTO=\"me\"' '5 * * * * root /bin/mine' '#Ansible: night' "
    "'30 2 * * * root /bin/night' > {folder}/jobs"
)


def file(title, arrange=JOBS, /, **args):
    """A case of a file of jobs."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect") if key in args}
    return Case("cron", title, {**FILE, **args}, arrange=arrange, **known)


FILES = [
    file("makes the file", "true", name="night", job="/bin/night", hour="2", minute="30", expect={
         "jobs": ["night"], "envs": []}, undo={"cron_file": "{folder}/jobs", "name": "night", "state": "absent"}),
    file("adds a job", name="day", job="/bin/day", special_time="daily", expect={"jobs": ["night", "day"],
         "envs": ["MAILTO"]}, undo={**FILE, "name": "day", "state": "absent"}),
    file("leaves a job alone", name="night", job="/bin/night\n", minute="30", hour="2", same=True),
    file("changes a job", name="night", job="/bin/night --all", weekday="MON-FRI", month="1", day="*/2"),
    file("comments a job out", name="night", job="/bin/night", minute="30", hour="2", disabled=True,
         undo={**FILE, "name": "night", "job": "/bin/night", "minute": "30", "hour": "2"}),
    file("names a line that is there", name="mine", job="/bin/mine", minute="5", expect={"jobs": ["mine", "night"]}),
    file("changes a job that stands there twice", JOBS + "; printf '#Ansible: night\\n1 1 * * * root /x' >> "
         "{folder}/jobs", name="night", job="/bin/night"),
    file("removes a job", name="night", state="absent", expect={"jobs": []}),
    file("finds no job to remove", name="nights", state="absent", same=True),
    file("finds no file", "true", name="night", state="absent", same=True),
    file("removes a file that would be empty", "printf '#Ansible: a\\n@daily root a\\n\\n' > {folder}/jobs", name="a",
         state="absent", expect={"state": "absent", "jobs": []}),
    file("ends the last line", "printf '#Ansible: a\\n@daily root a' > {folder}/jobs", name="a", job="a",
         special_time="daily"),
    file("keeps a copy", name="night", job="/bin/other", backup=True),
    file("sets a variable", name="PATH", job="/bin", env=True, expect={"envs": ["PATH", "MAILTO"]},
         undo={**FILE, "name": "PATH", "env": True, "state": "absent"}),
    file("changes a variable", name="MAILTO", value="you", env=True),
    file("leaves a variable alone", name="MAILTO", value="me", env=True, same=True),
    file("sets a variable behind another", name="A", value="1", env=True, insertafter="MAILTO",
         expect={"envs": ["MAILTO", "A"]}),
    file("sets a variable before another", name="A", value="1", env=True, insertbefore="MAILTO",
         expect={"envs": ["A", "MAILTO"]}),
]  # fmt: skip

NONE = "crontab -r; crontab -u ops -r; rm -f /etc/cron.d/demo; true; "
SHOWN = "crontab -l; crontab -u ops -l; cat /etc/cron.d/demo; true"
OWN = NONE + "printf '# mine\\n1 * * * * a\\n' | crontab -; "


def own(title, arrange=OWN, /, **args):
    """A case of a user's crontab."""
    known = {key: args.pop(key) for key in ("undo", "same", "expect") if key in args}
    return Case("cron", title, args, arrange=arrange, snapshot=SHOWN, lab=True, **known)


USERS = [
    own("makes a crontab", NONE, name="b", job="b", special_time="reboot", undo={"name": "b", "state": "absent"}),
    own("adds to a crontab", name="b", job="echo '100\\%'", hour="4", backup=True),
    own("leaves a crontab alone", name="a", state="absent", same=True),
    own("makes another user's crontab", name="b", job="b", user="ops", undo={
        "name": "b", "user": "ops", "state": "absent"}),
    own("writes to /etc/cron.d", name="b", job="b", user="ops", cron_file="demo", expect={"cron_file": "demo"}),
]  # fmt: skip

CASES = [*FILES, *USERS]
