"""Make sure that a line is in a file, or that none like it is."""

import os

from modules.files._edited import _Edited, compiled, encoded, lines_of
from modules.kit import Arg, ModuleFailed

ENDS = b"\r\n"


class LineInFile(_Edited):
    line = Arg(str, "The line", default=None, aliases=("value",), needed_if={"state": "present"})
    state = Arg(str, "Whether the line is to be there", default="present", choices=("present", "absent"))
    regexp = Arg(
        str, "The line that is replaced, or the lines that go: a regular expression", default=None, aliases=("regex",)
    )
    search_string = Arg(str, "The same as a plain text somewhere in the line", default=None)
    insertafter = Arg(str, "Where a new line goes: behind the last one that matches this, or EOF", default=None)
    insertbefore = Arg(str, "Where a new line goes: before the last one that matches this, or BOF", default=None)
    firstmatch = Arg(bool, "Take the first line that matches instead of the last", default=False)
    backrefs = Arg(bool, "Fill \\1 and the like from the match; without a match nothing is done", default=False)
    create = Arg(bool, "Make the file where it does not exist", default=False)

    exclusive = (("insertbefore", "insertafter"), ("regexp", "search_string"), ("backrefs", "search_string"))
    missing = "Destination %s does not exist !"

    def check_arguments(self):
        self.found = 0
        if self.state == "present" and self.backrefs and self.regexp is None:
            raise ModuleFailed("regexp is required with backrefs=true")
        if self.state == "absent" and self.regexp is None and self.search_string is None and self.line is None:
            raise ModuleFailed("one of line, search_string, or regexp is required with state=absent")
        if self.insertafter is None and self.insertbefore is None:
            self.insertafter = "EOF"
        super().check_arguments()

    def find_entries(self):
        if self.state == "absent":
            self.create = False
            if not os.path.lexists(self.path) and self.context.bringer("path", self.path) is None:
                self.message = "file not present"
                return "", False, []
        return super().find_entries()

    def edited(self, old):
        lines = lines_of(old)
        lines = self._without(lines) if self.state == "absent" else self._with(lines)
        return b"".join(lines)

    def _without(self, lines):
        kept = [line for line in lines if not self._goes(line)]
        self.found = len(lines) - len(kept)
        if self.found:
            self.message = "%s line(s) removed" % self.found
        return kept

    def _goes(self, line):
        if self.regexp is not None:
            return compiled(self.regexp, "regexp").search(line) is not None
        if self.search_string is not None:
            return encoded(self.search_string) in line
        return line.rstrip(ENDS) == encoded(self.line)

    def _with(self, lines):
        new = encoded(self.line)
        at, match = self._matching(lines)
        if at is not None:
            if self.backrefs and match is not None:
                new = match.expand(new)
            new = new if new.endswith(b"\n") else new + b"\n"
            if lines[at] != new:
                self.message = "line replaced"
                return lines[:at] + [new] + lines[at + 1 :]
            return lines
        if self.backrefs:
            return lines
        return self._inserted(lines, new)

    def _matching(self, lines):
        """(the index of the line to be replaced, its match); (None, None) where there is none."""
        tests = []
        if self.regexp is not None:
            tests = [compiled(self.regexp, "regexp").search]
        elif self.search_string is not None:
            wanted = encoded(self.search_string)
            tests = [lambda line: wanted in line or None]
        for test in tests:
            found = [(index, test(line)) for index, line in enumerate(lines)]
            found = [(index, match) for index, match in found if match is not None]
            if found:
                index, match = found[0] if self.firstmatch else found[-1]
                return index, match if hasattr(match, "expand") else None
        same = [index for index, line in enumerate(lines) if line.rstrip(ENDS) == encoded(self.line)]
        if not same:
            return None, None
        return self._already_there(lines, same)

    def _already_there(self, lines, same):
        place = self._position(lines)
        if self.firstmatch and place is not None and same[0] > place:
            # The search for the line ends at the place to insert at, as Ansible's does.
            earlier = [index for index in same if index < place]
            return (earlier[-1], None) if earlier else (None, None)
        return same[-1], None

    def _position(self, lines):
        """The index to insert at by insertafter or insertbefore; None where no line matches."""
        after = self.insertafter not in (None, "BOF", "EOF")
        pattern = self.insertafter if after else self.insertbefore
        if pattern in (None, "BOF", "EOF"):
            return None
        test = compiled(pattern, "insertafter" if after else "insertbefore")
        own = encoded(self.line)
        found = [index for index, line in enumerate(lines) if line.rstrip(ENDS) != own and test.search(line)]
        if not found:
            return None
        return (found[0] if self.firstmatch else found[-1]) + (1 if after else 0)

    def _inserted(self, lines, new):
        place = self._position(lines)
        if "BOF" in (self.insertbefore, self.insertafter):
            place = 0
        elif place is None:
            place = len(lines)
        elif self.insertafter and lines[place - 1 if place == len(lines) else place].rstrip(ENDS) == new:
            return lines
        self.message = "line added"
        before = lines[:place]
        if place == len(lines) and before and before[-1][-1:] not in (b"\n", b"\r"):
            before = before[:-1] + [before[-1] + b"\n"]
        return before + [new + b"\n"] + lines[place:]

    def returns(self, change, state):
        result = dict(super().returns(change, state), backup=self.backup_file or "")
        if self.state == "absent" and self.message != "file not present":
            result["found"] = self.found
        return result
