"""Put a file on the host that is rendered from a template of the controller."""

from modules.files import _entries
from modules.files._placed import _Placed
from modules.kit import Arg, ModuleFailed


class Template(_Placed):
    src = Arg(str, "The template on the controller, looked for in `templates`")
    newline_sequence = Arg(str, "What ends a line: \\n, \\r or \\r\\n", default="\n")
    block_start_string = Arg(str, "What begins a statement", default="{%")
    block_end_string = Arg(str, "What ends a statement", default="%}")
    variable_start_string = Arg(str, "What begins an expression", default="{{")
    variable_end_string = Arg(str, "What ends an expression", default="}}")
    comment_start_string = Arg(str, "What begins a comment", default="{#")
    comment_end_string = Arg(str, "What ends a comment", default="#}")
    trim_blocks = Arg(bool, "Whether the line end after a statement is taken off", default=True)
    lstrip_blocks = Arg(bool, "Whether blanks before a statement are taken off", default=False)
    output_encoding = Arg(str, "The character set of the file", default="utf-8")

    def find_entries(self):
        if self._manifest is None:
            raise ModuleFailed("src: the controller did not send the rendered template %s" % self.src)
        return self._manifest["name"], False, _entries.of_manifest(self._manifest["entries"])

    def returns(self, change, state):
        return dict(super().returns(change, state), src=self.src)
