"""Keep a block of lines between two markers in a file."""

import os

from modules.files._edited import _Edited, compiled, encoded, lines_of
from modules.kit import Arg


class BlockInFile(_Edited):
    block = Arg(str, "The lines between the markers; empty is as state: absent", default="", aliases=("content",))
    state = Arg(str, "Whether the block is to be there", default="present", choices=("present", "absent"))
    marker = Arg(
        str,
        "The line before and behind the block; {mark} becomes BEGIN and END",
        default="# {mark} ANSIBLE MANAGED BLOCK",
    )
    marker_begin = Arg(str, "What {mark} becomes before the block", default="BEGIN")
    marker_end = Arg(str, "What {mark} becomes behind the block", default="END")
    insertafter = Arg(str, "Where a new block goes: behind the last line that matches this, or EOF", default=None)
    insertbefore = Arg(str, "Where a new block goes: before the last line that matches this, or BOF", default=None)
    create = Arg(bool, "Make the file where it does not exist", default=False)
    append_newline = Arg(bool, "Keep an empty line behind the block", default=False)
    prepend_newline = Arg(bool, "Keep an empty line before the block", default=False)

    exclusive = (("insertbefore", "insertafter"),)
    makes_empty = True

    def check_arguments(self):
        if self.insertafter is None and self.insertbefore is None:
            self.insertafter = "EOF"
        super().check_arguments()

    def find_entries(self):
        if not os.path.exists(self.path) and self.state == "absent" and self.create:
            self.message = "File %s not present" % self.path
            return "", False, []
        return super().find_entries()

    def edited(self, old):
        begin = encoded(self.marker.replace("{mark}", self.marker_begin))
        end = encoded(self.marker.replace("{mark}", self.marker_end))
        lines = lines_of(old)
        first = self._index(lines, begin)
        last = self._index(lines, end)
        there = first is not None and last is not None
        place = self._position(lines)
        if there:
            first, last = (first, last) if first < last else (last, first)
            place = first
            lines = lines[:first] + lines[last + 1 :]
        block = self._lines(begin, end)
        if not block:
            self.message = "Block removed" if there else "" if os.path.exists(self.path) else "File created"
            return b"".join(lines)
        before, behind = lines[:place], lines[place:]
        if before and not before[-1].endswith(b"\n"):
            before = before[:-1] + [before[-1] + b"\n"]
        if self.prepend_newline and before and before[-1].strip():
            before = before + [b"\n"]
        if self.append_newline and behind and behind[0].strip():
            behind = [b"\n"] + behind
        new = b"".join(before + block + behind)
        if not os.path.exists(self.path):
            self.message = "File created"
        elif new != old:
            self.message = "Block inserted"
        return new

    def _lines(self, begin, end):
        if self.state == "absent" or not self.block:
            return []
        inner = encoded(self.block)
        inner = inner if inner.endswith(b"\n") else inner + b"\n"
        return [begin + b"\n", inner, end + b"\n"]

    def _index(self, lines, marker):
        found = [index for index, line in enumerate(lines) if line.rstrip(b"\n") == marker.rstrip(b"\n")]
        return found[-1] if found else None

    def _position(self, lines):
        after = self.insertafter not in (None, "EOF")
        pattern = self.insertafter if after else self.insertbefore
        if pattern == "BOF":
            return 0
        if pattern in (None, "EOF"):
            return len(lines)
        test = compiled(pattern, "insertafter" if after else "insertbefore")
        found = [index for index, line in enumerate(lines) if test.search(line)]
        if not found:
            return len(lines)
        return found[-1] + (1 if after else 0)
