"""Choose which program a name of the alternatives system stands for, and what there is to choose from."""

import os
import re

from modules.kit import Arg, Module, ModuleFailed, Path
from modules.kit.process import find_command, run

PROGRAM = "update-alternatives"
USUAL_PRIORITY = 50
MODE = re.compile(r"\s-\s(?:status is )?(\w+)(?: mode|\.)?$", re.M)
CURRENT = re.compile(r"^\s*link currently points to (.*)$", re.M)
LINK = re.compile(r"^\s*link (?!best |currently )\S+ is (.*)$", re.M)
FOLLOWER_LINK = re.compile(r"^\s*(?:slave|follower) (\S+) is (.*)$", re.M)
CHOICE = re.compile(r"^(/.*?) - (?:family (\S+) )?priority (-?\d+)((?:\n[ \t]+(?:slave|follower) .*)*)", re.M)
FOLLOWER = re.compile(r"^\s+(?:slave|follower) (\S+): (.*)$", re.M)


class Alternatives(Module):
    collection = "community.general"

    name = Arg(str, "The name, such as editor")
    path = Arg(Path, "The program to choose", default=None)
    family = Arg(str, "The family of programs to choose, on RHEL, in place of a path", default=None)
    link = Arg(Path, "The link that stands for the program; needed where the name is not known yet", default=None)
    priority = Arg(int, "The greatest is chosen in automatic mode; 50 for a new one", default=None)
    state = Arg(
        str, "Whether it can be chosen (present), is chosen (selected), the greatest is chosen (auto), or it is no "
        "choice any more (absent)", default="selected", choices=("present", "selected", "auto", "absent"),
    )  # fmt: skip
    subcommands = Arg(
        list, "Names that follow this choice", default=None, aliases=("slaves",),
        of={
            "name": Arg(str, "The name that follows"),
            "path": Arg(Path, "What it then stands for"),
            "link": Arg(Path, "The link that stands for it"),
        },
    )  # fmt: skip

    def check_arguments(self):
        if self.path is None and (self.family is None or self.state == "absent"):
            raise ModuleFailed("path: required, or family for a choice that is there")
        found = find_command(PROGRAM) is not None
        self.needs("command", PROGRAM, found, hint="it comes with dpkg (Debian) or alternatives (RHEL)")

    # -- what is there

    def current(self):
        """The choice itself as `choice`, None where it is none; and what is chosen."""
        program = find_command(PROGRAM)
        said = run([program, "--display", self.name], check=False) if program else None
        text = said.stdout if said else ""
        links = dict(FOLLOWER_LINK.findall(text))
        self.choices = {}
        for path, family, priority, followers in CHOICE.findall(text):
            names = [(name, to) for name, to in FOLLOWER.findall(followers) if to != "(null)"]
            found = [{"name": name, "path": to, "link": links.get(name) or self._link_of(name)} for name, to in names]
            self.choices[path] = {"family": family, "priority": int(priority), "subcommands": _in_order(found)}
        self.present_link = _first(LINK, text)
        chosen = _first(CURRENT, text)
        state = {"mode": _first(MODE, text), "selected": chosen, "choice": self._described(self.choices.get(self.path))}
        state["family"] = self.choices.get(chosen, {}).get("family")
        return state

    def _described(self, choice):
        return choice and {"priority": choice["priority"], "subcommands": choice["subcommands"]}

    def _link_of(self, name):
        """Where RHEL shows no link of a name that follows, the one asked for is meant."""
        return next((one["link"] for one in self.subcommands or () if one["name"] == name), None)

    # -- what is asked for

    def wanted(self):
        if self.state == "absent":
            return {"choice": None}
        wanted = {"choice": self._choice()} if self.path else {}
        if self.state == "selected" and self.family:
            wanted["family"] = self.family
        elif self.state == "selected":
            wanted["selected"] = self.path
        elif self.state == "auto":
            wanted["mode"] = "auto"
        return wanted

    def _choice(self):
        there = self.before["choice"]
        choice = dict(there or {"priority": USUAL_PRIORITY, "subcommands": []})
        if self.priority is not None:
            choice["priority"] = self.priority
        if self.subcommands is not None:
            choice["subcommands"] = _in_order(self.subcommands)
        if choice != there:
            self.needs("path", self.path, os.path.exists(self.path), "Specified path %s does not exist" % self.path)
            if not (self.link or self.present_link):
                raise ModuleFailed("link: required, since %s is not known yet" % self.name)
        return choice

    # -- how to get there

    def apply(self, change):
        if "choice" in change and self.state == "absent":
            self._call("--remove", self.name, self.path)
        elif "choice" in change:
            choice = change.wanted["choice"]
            words = ["--install", self.link or self.present_link, self.name, self.path, str(choice["priority"])]
            words += ["--family", self.family] if self.family else []
            for follower in choice["subcommands"]:
                words += ["--slave", follower["link"], follower["name"], follower["path"]]
            self._call(*words)
        if self.state == "selected" and {"selected", "family"} & change.keys:
            self._call("--set", self.name, self.family or self.path)
        elif "mode" in change:
            self._call("--auto", self.name)

    def _call(self, *words):
        run([find_command(PROGRAM), *words])

    def returns(self, change, state):
        said = []
        if "choice" in change and self.state == "absent":
            said.append("Remove alternative '%s' from '%s'." % (self.path, self.name))
        elif "choice" in change:
            said.append("Install alternative '%s' for '%s'." % (self.path, self.name))
        if self.state == "selected" and {"selected", "family"} & change.keys:
            said.append("Set alternative '%s' for '%s'." % (self.family or self.path, self.name))
        if self.state == "auto" and "mode" in change:
            said.append("Set alternative to auto for '%s'." % self.name)
        return {"msg": " ".join(said)}


def _first(pattern, text):
    found = pattern.search(text)
    return found.group(1).strip() if found else None


def _in_order(followers):
    return sorted(followers, key=lambda one: one["name"])
