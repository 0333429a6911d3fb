"""
Arguments, declared once: validation, documentation and the linter all read the same line.

    state = Arg(str, "Whether it should exist", default="present", choices=("present", "absent"))
"""

import difflib
import json
import os
import re

REQUIRED = object()


class Path(str):
    """The type of an argument that is a path on the target: `~` and `$VAR` are expanded there."""


class Raw:
    """The type of an argument that takes any value as it is."""


class Size(int):
    """The type of an argument in bytes: a number, or text with a unit of 1024 (`512m`, `2GiB`, `1.5 g`)."""


class Arg:
    """
    One argument of a module.

    type: str, int, float, bool, list, dict, Path, Size or Raw.
    help: a sentence for people.
    default: what holds when it is not given; without one the argument is required.
    choices: the only values allowed.
    aliases: other names it may be given by.
    of: for list the type of the elements, for list or dict a {name: Arg} of the keys allowed inside.
    needed_if: {argument: value or tuple of values}: required when all of these hold.
    secret: never shown in a result, a diff, a log or an error; or the name of an argument that says so.
    """

    def __init__(self, type, help, default=REQUIRED, choices=None, aliases=(), of=None, needed_if=None, secret=False):
        self.type = type
        self.help = help
        self.required = default is REQUIRED
        self.default = None if default is REQUIRED else default
        self.choices = choices
        self.aliases = tuple(aliases)
        self.of = of
        self.needed_if = needed_if or {}
        self.secret = secret
        self.name = ""
        for name, inner in of.items() if isinstance(of, dict) else ():
            inner.name = inner.name or name

    def __set_name__(self, owner, name):
        self.name = name.rstrip("_")

    def convert(self, value):
        """The value as the declared type; raises ValueError that says what was expected."""
        if value is None:
            return None
        value = self._of_type(value)
        if self.type is list and self.of is not None:
            value = [_element(self.of, item) for item in value]
        elif self.type is dict and isinstance(self.of, dict):
            value = _options(self.of, value)
        if self.choices is not None:
            self._check_choice(value)
        return value

    def _of_type(self, value):
        try:
            return CONVERTERS[self.type](value)
        except ValueError as error:
            kinds = [kind.__name__ for kind in (bool, int, float, str, list, dict) if isinstance(value, kind)]
            found = (self.name, (kinds or [type(value).__name__])[0], self.type.__name__.lower(), error)
            raise ValueError("argument '%s' is of type %s and we were unable to convert to %s: %s" % found)

    def _check_choice(self, value):
        for item in value if isinstance(value, list) else [value]:
            if item not in self.choices:
                expected = ", ".join(str(choice) for choice in self.choices)
                got = "a secret value" if self.secret else item
                raise ValueError("value of %s must be one of: %s, got: %s" % (self.name, expected, got))


def shown(value, secret=False):
    """A value as an error message quotes it."""
    if secret:
        return "a secret value"
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= 80 else text[:77] + "..."


def nearest(word, known):
    """` (did you mean X?)` for the known word nearest to a misspelt one, else an empty text."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return " (did you mean `%s`?)" % close[0] if close else ""


def _options(declared, value):
    values, problems = bind(declared, value)
    if problems:
        raise ValueError("; ".join("%s: %s" % (p["argument"], p["message"]) for p in problems))
    return values


def _element(of, item):
    if isinstance(of, dict):
        if not isinstance(item, dict):
            raise ValueError("each element should be a mapping, got %s" % shown(item))
        return _options(of, item)
    return CONVERTERS[of](item)


def _to_str(value):
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (str, int, float)):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, (list, dict)):
        return json.dumps(value)
    raise ValueError("should be text, got %s" % shown(value))


def _to_int(value):
    if isinstance(value, bool):
        raise ValueError("should be a whole number, got %s" % shown(value))
    try:
        if isinstance(value, float) and value != int(value):
            raise ValueError
        return int(value, 10) if isinstance(value, str) else int(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("should be a whole number, got %s" % shown(value))


def _to_float(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError("should be a number, got %s" % shown(value))


TRUE = ("yes", "on", "1", "true", "t", "y")
FALSE = ("no", "off", "0", "false", "f", "n")


def _to_bool(value):
    word = str(value).strip().lower()
    if isinstance(value, bool) or word in TRUE or word in FALSE:
        return value if isinstance(value, bool) else word in TRUE
    if value in (0.0, 1.0):
        return bool(value)
    raise ValueError("should be true or false, got %s" % shown(value))


def _to_list(value):
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, str):
        return [item.strip() for item in value.split(",")] if value.strip() else []
    if isinstance(value, (int, float)):
        return [str(value)]
    raise ValueError("should be a list, got %s" % shown(value))


def _to_dict(value):
    if isinstance(value, dict):
        return value
    if isinstance(value, str):
        text = value.strip()
        try:
            loaded = json.loads(text)
            if isinstance(loaded, dict):
                return loaded
        except ValueError:
            pass
        pairs = [pair.strip().partition("=") for pair in re.split(r"[,\s]+", text) if pair.strip()]
        if pairs and all(separator for _, separator, _ in pairs):
            return {key.strip(): part.strip() for key, _, part in pairs}
    raise ValueError("should be a mapping, got %s" % shown(value))


def _to_path(value):
    return os.path.expanduser(os.path.expandvars(_to_str(value)))


UNITS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "p": 2**50}


def _to_size(value):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return int(value)
    match = re.match(r"^\s*(-?\d+(?:\.\d+)?)\s*([bkmgtp]?)(?:i?b)?\s*$", str(value).lower())
    if not match:
        raise ValueError("should be a size such as 512m or 2g, got %s" % shown(value))
    return int(float(match.group(1)) * UNITS[match.group(2)])


CONVERTERS = {
    str: _to_str,
    int: _to_int,
    float: _to_float,
    bool: _to_bool,
    list: _to_list,
    dict: _to_dict,
    Path: _to_path,
    Size: _to_size,
    Raw: lambda value: value,
}


def by_any_name(declared):
    """{every name or alias: argument name} of the declared arguments."""
    names = {}
    for name, arg in declared.items():
        names[name] = name
        for alias in arg.aliases:
            names[alias] = name
    return names


def bind(declared, given, rules=None, deferred=lambda value: False):
    """
    Turn the given arguments into values for every declared one.

    rules: the class with `exclusive`, `one_of` and `together` (tuples of tuples of names), or None.
    deferred: tells values that are not known yet (templates, to the linter), which are taken as they are.
    Returns (values, problems), where problems is a list of {"argument", "message"}; empty when all is well.
    """
    problems, values, sources = [], {}, {}
    names = by_any_name(declared)
    for key, value in given.items():
        name = names.get(key)
        if name is None and key == "_raw_params":
            problems.append(_problem(key, "`%s` is not of the form KEY=VALUE" % value))
        elif name is None:
            problems.append(_problem(key, "unknown argument" + nearest(str(key), names)))
        elif value is None:
            continue
        elif name in sources and sources[name] != key:
            problems.append(_problem(key, "the same argument as `%s`: give one of them" % sources[name]))
        else:
            sources[name] = key
            values[name] = value if deferred(value) else _converted(declared[name], key, value, problems)
    given_names = set(sources)
    for name, arg in declared.items():
        if name not in values:
            values[name] = arg.convert(arg.default) if isinstance(arg.default, str) else arg.default
    problems += _missing(declared, values, given_names, deferred)
    problems += _broken_rules(rules, given_names)
    return values, problems


def _problem(argument, message):
    return {"argument": str(argument), "message": message}


def _converted(arg, key, value, problems):
    try:
        return arg.convert(value)
    except ValueError as error:
        problems.append(_problem(key, str(error)))
        return None


def _missing(declared, values, given, deferred):
    for name, arg in declared.items():
        if name in given:
            continue
        if arg.required:
            yield _problem(name, "missing required arguments: %s (%s)" % (name, arg.help))
        elif arg.needed_if and all(_holds(values.get(k), v, deferred) for k, v in arg.needed_if.items()):
            why = " and ".join("%s is %s" % (k, values[k]) for k in arg.needed_if)
            yield _problem(name, "%s but all of the following are missing: %s (%s)" % (why, name, arg.help))


def _holds(value, expected, deferred):
    if value is not None and deferred(value):
        return False
    return value in (expected if isinstance(expected, tuple) else (expected,))


def _broken_rules(rules, given):
    for group in getattr(rules, "exclusive", ()):
        both = [name for name in group if name in given]
        if len(both) > 1:
            yield _problem(both[1], "parameters are mutually exclusive: %s" % "|".join(both))
    for group in getattr(rules, "one_of", ()):
        if not any(name in given for name in group):
            yield _problem(group[0], "one of the following is required: %s" % ", ".join(group))
    for group in getattr(rules, "together", ()):
        some = [name for name in group if name in given]
        if some and len(some) < len(group):
            yield _problem(some[0], "parameters are required together: %s" % ", ".join(group))
