"""The text of unit files for a command that a timer starts: systemd.timer(5), systemd.service(5), systemd.syntax(7)."""

MARK = "# Written by opsengine, with the module systemd_timer."


def section(name, settings):
    """A section of a unit file; settings are (key, value), several of one key where the value is a list."""
    lines = ["[%s]" % name]
    for key, value in settings:
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                lines.append("%s=%s" % (key, said(one)))
    return "\n".join(lines) + "\n"


def unit(*sections):
    """A whole unit file."""
    return MARK + "\n\n" + "\n".join(sections)


def said(value):
    """A value as a unit file says it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def plain(text):
    """A text in which systemd shall replace nothing: % stands for itself."""
    return text.replace("%", "%%")


def quoted(text):
    """A text as one word of a unit file, with all of its letters kept."""
    for letter, code in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(letter, code)
    return '"%s"' % plain(text)


def shell_line(command):
    """The command line that has a shell run a text; its $ are the shell's, not systemd's."""
    return "/bin/sh -c " + quoted(command).replace("$", "$$")
