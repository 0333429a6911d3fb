"""Make sure that options are in a section of an INI file, or are not; all else in it stays as it is."""

import re

from modules.files._attributes import described
from modules.files._edited import _Edited
from modules.kit import Arg, ModuleFailed

ASIDE = re.compile(r"^[ \t]*([#;].*)?$")
"""An empty line or a comment: new options go before those that end a section."""


class IniFile(_Edited):
    collection = "community.general"
    exclusive = (("value", "values"),)  # stands first: an argument has this name, too

    section = Arg(str, "The section; without one, the lines before the first section are meant", default=None)
    section_has_values = Arg(
        list,
        "Of several sections with one name, the first with these options is meant; a new one gets them",
        default=(),
        of={
            "option": Arg(str, "An option it has"),
            "value": Arg(str, "The value it has there", default=None),
            "values": Arg(list, "The values of which it has one there; any without them", default=None, of=str),
        },
    )
    option = Arg(str, "The option; without one, the whole section is meant", default=None)
    value = Arg(str, "Its value", default=None)
    values = Arg(list, "Its values, each on a line of its own", default=None, of=str)
    state = Arg(str, "Whether it is to be there", default="present", choices=("present", "absent"))
    exclusive_ = Arg(
        bool, "Whether other lines of the option are replaced; when absent, whether they all go", default=True
    )
    no_extra_spaces = Arg(bool, "Whether there are no blanks around the = of a new line", default=False)
    ignore_spaces = Arg(bool, "Whether a line that differs in such blanks only is left alone", default=False)
    allow_no_value = Arg(bool, "Whether an option may stand without a value and =", default=False)
    modify_inactive_option = Arg(bool, "Whether a line commented out may become the option's", default=True)
    create = Arg(bool, "Whether the file is made where it does not exist, with the folders above it", default=True)
    follow = Arg(bool, "Whether a link is followed instead of being replaced by a file", default=False)

    validate = None
    missing = "Destination %s does not exist!"

    def check_arguments(self):
        given = [self.value] if self.value is not None else self.values or []
        if self.state == "present" and not self.allow_no_value and not given:
            raise ModuleFailed("Parameter 'value(s)' must be defined if state=present and allow_no_value=False.")
        self.given = _unique(given)
        for condition in self.section_has_values:
            if condition["value"] is not None and condition["values"] is not None:
                raise ModuleFailed(
                    "section_has_values: value and values of %s exclude each other" % condition["option"]
                )
            only = [] if condition["value"] is None else [condition["value"]]
            condition["values"] = only or condition["values"] or []
        self.message = "OK"
        super().check_arguments()

    def edited(self, old):
        text = old.decode("utf-8-sig", "surrogateescape").replace("\r\n", "\n").replace("\r", "\n")
        lines = text.split("\n")
        lines = [line + "\n" for line in lines[:-1]] + ([lines[-1] + "\n"] if lines[-1] else []) or ["\n"]
        first, end = self._bounds(lines)
        if first is None:
            new = lines + self._new_section() if self.state == "present" else lines
        else:
            head = 1 if self.section else 0
            body = lines[first + head : end]
            new = lines[:first] + self._changed(lines[first : first + head], body) + lines[end:]
        if new == lines and (not text or text.endswith("\n")):
            # Nothing is written then, so that neither a byte order mark nor line ends change, nor a link goes.
            self.follow = True
            return old
        return "".join(new).encode("utf-8", "surrogateescape")

    def _bounds(self, lines):
        """(index of the section's first line, index behind its last one); (None, None) where there is none."""
        heads = [index for index, line in enumerate(lines) if line.startswith("[")] + [len(lines)]
        if not self.section:
            return 0, heads[0]
        title = re.compile(r"^\[\s*%s\s*\]" % re.escape(self.section.strip()))
        for number, first in enumerate(heads[:-1]):
            end = heads[number + 1]
            if title.match(lines[first]) and all(_holds(one, lines[first:end]) for one in self.section_has_values):
                return first, end
        return None, None

    # -- a section that is there

    def _changed(self, head, body):
        if self.state == "present":
            return head + (self._with(body) if self.option else body)
        if not self.option:
            self.message = "section removed"
            return []
        kept = [line for line in body if not self._goes(line)]
        if kept != body:
            self.message = "option changed"
        return head + kept

    def _goes(self, line):
        found = _parsed(self.option, line)
        if found is None or found.group("aside"):
            return False
        return self.exclusive or found.group("value") in self.given

    def _with(self, body):
        left = list(self.given)
        body = list(body)
        settled = self._settle(body, left)
        bare = settled.pop("bare", False)
        if self.exclusive and not self.allow_no_value:
            for index in self._others(body, settled):
                if left:
                    self._put(body, index, self._line(left.pop(0)))
                    settled[index] = True
            surplus = self._others(body, settled)
            if surplus:
                self.message = "option changed"
            body = [line for index, line in enumerate(body) if index not in surplus]
        new = [self._line(value) for value in left]
        if self.allow_no_value and not left and not bare:
            new = [self.option + "\n"]
        if new:
            self.message = "option added"
        behind = max([index + 1 for index, line in enumerate(body) if not ASIDE.match(line)] or [0])
        return body[:behind] + new + body[behind:]

    def _settle(self, body, left):
        """
        Give the lines that have one of the values (taken from `left`) their right form.

        Returns {index: True} of them, with "bare" where a line stands without a value.
        """
        settled = {}
        for index, line in enumerate(body):
            found = self._match(line)
            if found is None:
                continue
            value = found.group("value")
            if value in left:
                left.remove(value)
                bare = not value and self.allow_no_value
                self._put(body, index, self.option + "\n" if bare else self._line(value))
                settled[index] = True
                settled.update({"bare": True} if bare else {})
            elif not left and self.allow_no_value:
                self._put(body, index, self.option + "\n")
                return dict(settled, bare=True)
        return settled

    def _others(self, body, settled):
        return [index for index, line in enumerate(body) if index not in settled and self._match(line)]

    def _match(self, line):
        found = _parsed(self.option, line)
        return None if found is None or (found.group("aside") and not self.modify_inactive_option) else found

    def _put(self, body, index, new):
        found = _parsed(self.option, body[index])
        same = body[index] == new
        if self.ignore_spaces and not found.group("aside"):
            same = found.group("value") == _parsed(self.option, new).group("value")
        if not same:
            body[index] = new
            self.message = "option changed"

    def _line(self, value, option=None):
        return ("%s=%s\n" if self.no_extra_spaces else "%s = %s\n") % (option or self.option, value)

    # -- one that is not

    def _new_section(self):
        lines, values = ["[%s]\n" % self.section], list(self.given)
        for condition in self.section_has_values:
            if condition["option"] == self.option:
                values += [] if self.exclusive else [one for one in condition["values"] if one not in values]
            elif condition["values"]:
                lines += [self._line(value, condition["option"]) for value in condition["values"]]
            elif self.allow_no_value:
                lines.append(condition["option"] + "\n")
        self.message = "section and option added"
        if self.option and values:
            return lines + [self._line(value) for value in values]
        if self.option and self.allow_no_value:
            return [*lines, self.option + "\n"]
        self.message = "only section added"
        return lines

    def returns(self, change, state):
        result = dict(described(self.root), path=self.path, msg=self.message)
        if self.backup_file:
            result["backup_file"] = self.backup_file
        return result


def _unique(values):
    return [value for index, value in enumerate(values) if value not in values[:index]]


def _parsed(option, line):
    """The match of an option's line, active or commented out; groups `aside` (the mark of a comment) and `value`."""
    return re.match(r"[ \t]*(?P<aside>[#;]?)[ \t]*%s[ \t]*(=|$)[ \t]*(?P<value>.*)" % re.escape(option), line)


def _holds(condition, lines):
    found = (_parsed(condition["option"], line) for line in lines)
    return any(match and (not condition["values"] or match.group("value") in condition["values"]) for match in found)
