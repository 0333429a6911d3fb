"""Hand a line to a shell of the host as it is, and take what it says."""

from modules.commands._process import run_to_end
from modules.kit import Action, Arg, Path


class RawLine(Action):
    free_form = "cmd"

    cmd = Arg(str, "The line")
    executable = Arg(Path, "The shell that gets it", default="/bin/sh")

    def foreseen(self):
        return {"stdout": "", "stderr": "", "stdout_lines": [], "stderr_lines": []}

    def run(self):
        code, stdout, stderr = run_to_end([self.executable, "-c", self.cmd], None, None)
        said = {"stdout": stdout.decode("utf-8", "replace"), "stderr": stderr.decode("utf-8", "replace")}
        result = dict(said, rc=code, changed=True)
        result.update((name + "_lines", text.splitlines()) for name, text in said.items())
        if code != 0:
            result.update(failed=True, msg="non-zero return code")
        return result
