"""The table at the end of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, fields

from opsengine.events import HostStats, RunEnded
from opsengine.reporting.blocks import MANY, rule
from opsengine.reporting.layout import clean, count, duration, names
from opsengine.reporting.terminal import Terminal, columns, pad

LONG = 20
"""Hosts from which on those without anything of interest are summed up."""
LONGEST = 40
"""Rows that are shown unasked."""
COLOURS = {
    "ok": "green",
    "changed": "yellow",
    "unreachable": "alarm",
    "failed": "alarm",
    "skipped": "cyan",
    "rescued": "magenta",
    "ignored": "magenta",
}
ALWAYS = ("ok", "changed", "skipped", "failed", "unreachable")


def rank(stats: HostStats) -> tuple[bool, bool, bool, bool]:
    """Sorts hosts: unreachable and failed ones first, quiet ones last."""
    return (not stats.unreachable, not stats.failed, not (stats.rescued or stats.ignored), not stats.changed)


def total(stats: Mapping[str, HostStats]) -> HostStats:
    """The sums over all hosts."""
    sums = [sum(column) for column in zip(*(astuple(each) for each in stats.values()), strict=True)]
    return HostStats(**{field.name: value for field, value in zip(fields(HostStats), sums, strict=False)})


def recap(terminal: Terminal, ended: RunEnded, verbosity: int) -> list[str]:
    """The table of a run that is over, its totals and how long it took."""
    remark = "interrupted" if ended.interrupted else "dry run" if ended.check else ""
    lines = ["", rule(terminal, "PLAY RECAP", remark)]
    if ended.stats:
        lines += _table(terminal, ended, verbosity)
    return [*lines, "", _closing(terminal, ended)]


def _table(terminal: Terminal, ended: RunEnded, verbosity: int) -> list[str]:
    ranked = sorted(ended.stats.items(), key=lambda pair: rank(pair[1]))
    shown = ranked
    if not verbosity and len(ranked) > LONG:
        shown = [(host, stats) for host, stats in ranked if not all(rank(stats))][:LONGEST]
    sums = total(ended.stats)
    wanted = [field.name for field in fields(HostStats)]
    kinds = [*ALWAYS, *(name for name in wanted if name not in ALWAYS and getattr(sums, name))]
    heads = ["would change" if ended.check and kind == "changed" else kind for kind in kinds]
    width = max(8, *(columns(clean(host)) for host, _ in shown or [("", sums)]))
    lines = [terminal.paint(f"  {pad('', width)}  {'  '.join(heads)}", "dim")]
    lines += [_row(terminal, pad(clean(host), width), stats, kinds, heads) for host, stats in shown]
    lines += _summed_up(terminal, ranked[len(shown) :], ended.check)
    if len(ranked) > 1:
        lines.append(_row(terminal, terminal.paint(pad("total", width), "bold"), sums, kinds, heads))
    return lines


def _row(terminal: Terminal, name: str, stats: HostStats, kinds: list[str], heads: list[str]) -> str:
    cells = []
    for kind, head in zip(kinds, heads, strict=True):
        value = getattr(stats, kind)
        cells.append(terminal.paint(f"{value:>{len(head)}}", COLOURS[kind] if value else "dim"))
    if stats.failed or stats.unreachable:
        name = terminal.paint(name, "alarm") if "\x1b" not in name else name
    return f"  {name}  {'  '.join(cells)}"


def _summed_up(terminal: Terminal, rest: list[tuple[str, HostStats]], check: bool) -> list[str]:
    """A line for each sort of host that has no row of its own."""
    sorts: dict[str, list[str]] = {}
    for host, stats in rest:
        if stats.failed or stats.unreachable:
            sort = "with failures"
        elif stats.changed:
            sort = "that would change" if check else "with changes"
        else:
            sort = "that would stay as they are" if check else "without a change"
        sorts.setdefault(sort, []).append(clean(host))
    return [
        terminal.paint(f"  {count(len(hosts), 'more host')} {sort}: {names(hosts, MANY // 2)}", "dim")
        for sort, hosts in sorts.items()
    ]


def _closing(terminal: Terminal, ended: RunEnded) -> str:
    failed = sum(bool(stats.failed or stats.unreachable) for stats in ended.stats.values())
    changed = sum(bool(stats.changed) for stats in ended.stats.values())
    parts = [count(len(ended.stats), "host"), f"{changed} {'would change' if ended.check else 'changed'}"]
    parts.append(terminal.paint(f"{failed} failed", "alarm") if failed else "none failed")
    took = duration(ended.seconds)
    if ended.interrupted:
        head = terminal.paint(f"INTERRUPTED after {took}: not all tasks have run.", "alarm")
    elif ended.check:
        head = f"Dry run finished in {took}: nothing was changed."
    else:
        head = f"Finished in {took}:"
    return f"{head} {', '.join(parts)}."
