"""The table at the end of a run."""

from __future__ import annotations

import json
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
RECAP_ORDER = ("ok", "changed", "unreachable", "failed", "skipped", "rescued", "ignored")


def rank(stats: HostStats) -> tuple[bool, bool, bool, bool]:
    """Sorts hosts: unreachable and failed ones first, quiet ones last."""
    return (not stats.unreachable, not stats.failed, not (stats.rescued or stats.ignored), not stats.changed)


def total(stats: Mapping[str, HostStats]) -> HostStats:
    """The sums over all hosts."""
    sums = [sum(column) for column in zip(*(astuple(each) for each in stats.values()), strict=True)]
    return HostStats(**{field.name: value for field, value in zip(fields(HostStats), sums, strict=False)})


def recap(terminal: Terminal, ended: RunEnded, verbosity: int, custom: bool = False) -> list[str]:
    """The table of a run that is over, its totals and how long it took; custom: and what set_stats has kept."""
    remark = "interrupted" if ended.interrupted else "dry run" if ended.check else ""
    lines = ["", rule(terminal, "PLAY RECAP", remark)]
    if ended.stats:
        lines += _table(terminal, ended, verbosity)
    if custom and ended.custom:
        lines += ["", rule(terminal, "CUSTOM STATS")]
        lines += [f"  {clean(host)}: {clean(json.dumps(kept, default=str))}" for host, kept in ended.custom.items()]
    return [*lines, "", _closing(terminal, ended)]


def _table(terminal: Terminal, ended: RunEnded, verbosity: int) -> list[str]:
    ranked = sorted(ended.stats.items(), key=lambda pair: rank(pair[1]))
    shown = ranked
    if not verbosity and len(ranked) > LONG:
        shown = [(host, stats) for host, stats in ranked if not all(rank(stats))][:LONGEST]
    width = max(8, *(columns(clean(host)) for host, _ in shown or [("", HostStats())]))
    digits = len(str(max((max(astuple(stats)) for _, stats in shown), default=0)))
    lines = [_row(terminal, pad(clean(host), width), stats, digits) for host, stats in shown]
    lines += _summed_up(terminal, ranked[len(shown) :], ended.check)
    if len(ranked) > 1:
        lines.append(_total(terminal, total(ended.stats), width, ended.check))
    return lines


def _row(terminal: Terminal, name: str, stats: HostStats, digits: int) -> str:
    """One host in the words and the order of Ansible's recap, which scripts look for."""
    cells = []
    for kind in RECAP_ORDER:
        value = getattr(stats, kind)
        cells.append(terminal.paint(pad(f"{kind}={value}", len(kind) + 1 + digits), COLOURS[kind] if value else "dim"))
    if stats.failed or stats.unreachable:
        name = terminal.paint(name, "alarm")
    return f"  {name} : {'  '.join(cells)}".rstrip()


def _total(terminal: Terminal, sums: HostStats, width: int, check: bool) -> str:
    heads = {"changed": "would change" if check else "changed"}
    parts = [f"{getattr(sums, kind)} {heads.get(kind, kind)}" for kind in RECAP_ORDER if getattr(sums, kind)]
    return f"  {terminal.paint(pad('total', width), 'bold')} : {', '.join(parts) or 'nothing'}"


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
