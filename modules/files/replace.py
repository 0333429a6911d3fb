"""Replace every match of a regular expression in a file."""

import codecs
import re

from modules.files._edited import _Edited
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
        text = self._text(old)
        after, before = self.limits
        start, end = 0, len(text)
        if after or before:
            inner = "(?P<subsection>.*?)" if after and before else "(?P<subsection>.*)"
            pattern = "%s%s%s" % (after or "", inner, before or "")
            section = _compiled(pattern, "after" if after else "before", re.DOTALL).search(text)
            if section is None:
                self.message = "Pattern for before/after params did not match the given file: %s" % pattern
                return old
            start, end = section.span("subsection")
        try:
            part, count = _compiled(self.regexp, "regexp", re.MULTILINE).subn(self.replace, text[start:end])
        except (re.error, IndexError) as error:
            raise ModuleFailed("replace: `%s` cannot be filled in: %s" % (self.replace, error))
        if not count or part == text[start:end]:
            return old
        self.message = "%s replacements made" % count
        return self._bytes(text[:start] + part + text[end:])

    def _text(self, data):
        """What is no text in UTF-8 is kept as it is; in another encoding every byte has to be one."""
        try:
            return data.decode(self.encoding, self._errors())
        except LookupError:
            raise ModuleFailed("encoding: there is no encoding `%s`" % self.encoding)
        except UnicodeDecodeError as error:
            raise ModuleFailed("%s is not written in %s: %s" % (self.path, self.encoding, error))

    def _bytes(self, text):
        try:
            return text.encode(self.encoding, self._errors())
        except UnicodeEncodeError as error:
            raise ModuleFailed("replace: cannot be written in %s: %s" % (self.encoding, error))

    def _errors(self):
        return "surrogateescape" if codecs.lookup(self.encoding).name == "utf-8" else "strict"

    def returns(self, change, state):
        return dict(super().returns(change, state), rc=0)


def _compiled(pattern, argument, flags):
    try:
        return re.compile(pattern, flags)
    except re.error as error:
        raise ModuleFailed("%s: `%s` is not a regular expression: %s" % (argument, pattern, error))
