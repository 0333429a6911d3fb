"""Masks secret values in whatever a module returns."""

from modules.kit.args import TRUE

MASK = "********"
SHORTEST_PART = 3


def secret_values(declared, given):
    """The texts of the given arguments that are declared secret, longest first."""
    found = set()
    for name, arg in declared.items():
        if isinstance(arg.secret, str) and str(given.get(arg.secret)).strip().lower() not in TRUE:
            continue
        for key in (name,) + arg.aliases:
            if key in given:
                _collect(given[key], arg, found)
    return sorted((value for value in found if value), key=len, reverse=True)


def _collect(value, arg, found):
    if isinstance(value, dict):
        for key, item in value.items():
            inner = arg.of.get(key) if isinstance(arg.of, dict) else None
            if arg.secret or inner is not None:
                _collect(item, arg if arg.secret else inner, found)
    elif isinstance(value, list):
        for item in value:
            _collect(item, arg, found)
    elif arg.secret and value is not None and not isinstance(value, bool):
        found.add(str(value))


def mask(value, secrets):
    """The value with every secret replaced; short secrets only where they are the whole text."""
    if isinstance(value, str):
        for secret in secrets:
            if value == secret:
                return MASK
            if len(secret) >= SHORTEST_PART and secret in value:
                value = value.replace(secret, MASK)
        return value
    if isinstance(value, dict):
        return {mask(key, secrets): mask(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask(item, secrets) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and str(value) in secrets:
        return MASK
    return value
