"""
What a module raises.

    ModuleFailed        the task failed: what was expected, what was found, and a hint
    └── CommandFailed   a command that the module ran exited with an error
"""


class ModuleFailed(Exception):
    """
    The module cannot bring about what was asked.

    `result` holds further values for the task's result, `problems` the arguments that are wrong, as
    {"argument": name, "message": text}.
    """

    def __init__(self, message, hint=None, problems=None, **result):
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.problems = problems or []
        self.result = result


class CommandFailed(ModuleFailed):
    """A command exited with an error; the text shows the end of what it said."""

    def __init__(self, ended, hint=None):
        said = (ended.stderr.strip() or ended.stdout.strip()).splitlines()[-10:]
        super().__init__(
            "`%s` exited with %s%s" % (" ".join(ended.argv), ended.code, ":\n" + "\n".join(said) if said else ""),
            hint=hint,
            rc=ended.code,
            stdout=ended.stdout,
            stderr=ended.stderr,
            cmd=list(ended.argv),
        )
        self.ended = ended
