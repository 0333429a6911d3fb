"""Replace every match of a regular expression in a file."""

import re

from modules.files._edited import _Edited, compiled, encoded
from modules.kit import Arg, ModuleFailed


class Replace(_Edited):
    regexp = Arg(str, "What is replaced: a regular expression; ^ and $ match at each line")
    replace = Arg(str, "What takes its place; may contain \\1 or \\g<name>", default="")
    after = Arg(str, "Only behind the first match of this", default=None)
    before = Arg(str, "Only before the first match of this", default=None)
    encoding = Arg(str, "How the file's text is written", default="utf-8")

    def check_arguments(self):
        self.limits = self.after, self.before
        super().check_arguments()

    def edited(self, old):
        after, before = self.limits
        start, end = 0, len(old)
        if after or before:
            pattern = "(?P<part>.*?)"
            pattern = "%s%s%s" % (after or "", pattern if before else "(?P<part>.*)", before or "")
            section = compiled(pattern, "after", re.DOTALL).search(old)
            if section is None:
                self.message = "Pattern for before/after params did not match the given file: %s" % pattern
                return old
            start, end = section.span("part")
        try:
            part, count = compiled(self.regexp, "regexp", re.MULTILINE).subn(encoded(self.replace), old[start:end])
        except (re.error, IndexError) as error:
            raise ModuleFailed("replace: `%s` cannot be filled in: %s" % (self.replace, error))
        if count and part != old[start:end]:
            self.message = "%s replacements made" % count
        return old[:start] + part + old[end:]

    def returns(self, change, state):
        return dict(super().returns(change, state), rc=0)
