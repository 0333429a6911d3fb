"""What the console shows of a task, piece by piece, each as a list of lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from opsengine.events import HostResult, PlayStarted, Status, TaskStarted
from opsengine.reporting.diffs import SharedDiff
from opsengine.reporting.layout import clean, count, duration, names, yaml_lines
from opsengine.reporting.results import TAIL, Failure, ItemCounts, message, said, spoken, visible, worst
from opsengine.reporting.terminal import Terminal, columns, cut, pad

LOOKS = {
    Status.OK: ("✔", "green"),
    Status.CHANGED: ("±", "yellow"),
    Status.SKIPPED: ("○", "dim"),
    Status.FAILED: ("✘", "alarm"),
    Status.UNREACHABLE: ("⊘", "alarm"),
    Status.IGNORED: ("◌", "magenta"),
    Status.RESCUED: ("↺", "magenta"),
}
FEW = 5
"""Hosts that changed are named when they are at most so many."""
MANY = 12
"""More hosts than these are counted, not named."""
NAME_COLUMNS = (28, 52)
LONG_DIFF = 60
"""Lines of a diff that are shown unasked."""
SLOW = 1.0
"""Seconds from which on a task's time is shown."""


def play_header(terminal: Terminal, play: PlayStarted) -> list[str]:
    """A rule with the play's name and how many hosts it is for."""
    number, of = play.batch
    batch = f", batch {number} of {of}" if of > 1 else ""
    return ["", rule(terminal, f"PLAY {clean(play.play)}", count(len(play.hosts), "host") + batch)]


def rule(terminal: Terminal, left: str, right: str = "") -> str:
    """A line across the screen with a title at its left and a remark at its right."""
    room = min(terminal.width, 120) - columns(left) - columns(right) - (8 if right else 4)
    line = terminal.paint(" " + "─" * max(room, 2), "dim")
    end = terminal.paint(f" {right} ", "bold") + terminal.paint("──", "dim") if right else ""
    return terminal.paint("── ", "dim") + terminal.paint(left, "title") + line + end


def task_name(task: TaskStarted) -> str:
    """The task's name as one line, with its role."""
    name = clean(task.name or task.module).replace("\n", " ")
    return f"{task.role} · {name}" if task.role else name


@dataclass(frozen=True)
class Setting:
    """What a task's line depends on besides the task: whether it is a dry run, and how many hosts the play has."""

    check: bool
    hosts: int


def task_line(
    terminal: Terminal,
    task: TaskStarted,
    results: Sequence[HostResult],
    items: ItemCounts,
    seconds: float,
    setting: Setting,
) -> str:
    """The one line of a task: its worst symbol, its name, how many hosts ended how, and who stands out."""
    by_status: dict[Status, list[str]] = {}
    for result in results:
        by_status.setdefault(result.status, []).append(clean(result.host))
    symbol, colour = LOOKS[worst(by_status)] if results else ("…", "dim")
    handler = " (handler)" if task.handler else ""
    width = max(NAME_COLUMNS[0], min(NAME_COLUMNS[1], terminal.width - 46))
    name = pad(cut(task_name(task), terminal.width - 4) + handler, width)
    if all(result.status is Status.SKIPPED for result in results):
        name = terminal.paint(name, "dim")
    parts = [f"{terminal.paint(symbol, colour)} {name}", _counts(terminal, by_status, len(task.hosts), setting)]
    if items.total:
        parts.append(terminal.paint(_items(items, setting.check), "dim"))
    if seconds >= SLOW:
        parts.append(terminal.paint(duration(seconds), "blue"))
    return "  " + "  ".join(parts)


def _counts(terminal: Terminal, by_status: dict[Status, list[str]], of: int, setting: Setting) -> str:
    parts = []
    done = sum(len(hosts) for hosts in by_status.values())
    for status in Status:
        hosts = by_status.get(status)
        if not hosts:
            continue
        word = word_of(status, setting.check)
        text = terminal.paint(word if of == 1 and done == 1 else f"{len(hosts)} {word}", LOOKS[status][1])
        few = FEW if status is Status.CHANGED else MANY
        notable = status not in (Status.OK, Status.SKIPPED) and len(hosts) < setting.hosts
        if notable and (len(hosts) <= few or status is not Status.CHANGED):
            text += f" ({names(hosts, few)})"
        parts.append(text)
    if done < of:
        parts.append(terminal.paint(f"{of - done} without a result", "magenta"))
    return ", ".join(parts)


def word_of(status: Status, check: bool) -> str:
    """What a status is called: a dry run changes nothing, it would."""
    return "would change" if check and status is Status.CHANGED else str(status.value)


def _items(items: ItemCounts, check: bool) -> str:
    shown = [f"{number} {word_of(status, check)}" for status in Status if (number := items.by_status[status])]
    return f"{count(items.total, 'item')}: {', '.join(shown)}"


def failure_block(
    terminal: Terminal, task: TaskStarted, status: Status, host: str, failure: Failure, verbosity: int
) -> list[str]:
    """A failure, standing out: who, what, what to do, where, and the end of its output."""
    symbol, colour = LOOKS[status]
    title = f"{symbol} {status.value.upper()} {clean(host)}"
    lines = [terminal.paint(f"╭─ {title}", colour) + f" · {task_name(task)}"]
    bar = terminal.paint("│", colour)
    body = _failure_lines(terminal, failure, verbosity)
    for label, item in failure.items if verbosity else failure.items[:FEW]:
        body.append(terminal.paint(f"item {clean(label)}", "bold"))
        body += [f"  {line}" for line in _failure_lines(terminal, item, verbosity)]
    if len(failure.items) > FEW and not verbosity:
        body.append(terminal.paint(f"… {len(failure.items) - FEW} more items failed; -v shows them", "dim"))
    lines += [f"{bar} {line}" for line in body]
    return ["  " + line for line in [*lines, terminal.paint("╰─", colour)]]


def _failure_lines(terminal: Terminal, failure: Failure, verbosity: int) -> list[str]:
    lines = [terminal.paint(line, "bold") for line in clean(failure.message).splitlines()]
    if failure.hint:
        head, *rest = clean(failure.hint).splitlines()
        lines += [terminal.paint("hint: ", "green") + head, *(f"      {line}" for line in rest)]
    if failure.place:
        lines.append(terminal.paint("at:   ", "dim") + terminal.paint(clean(failure.place), "cyan"))
    for name, value in failure.facts:
        lines.append(terminal.paint(f"{name + ':':<5} ", "dim") + clean(value).replace("\n", " ⏎ "))
    for name, output in failure.outputs:
        if "\n".join(output) in failure.message or (name == "exception" and not verbosity):
            continue
        shown = output if verbosity else output[-TAIL:]
        note = f" (last {TAIL} of {len(output)} lines; -v shows all)" if len(shown) < len(output) else ""
        lines.append(terminal.paint(f"{name}:{note}", "dim"))
        lines += [f"  {clean(line)}" for line in shown]
    return lines


def brief_failure(terminal: Terminal, status: Status, host: str, failure: Failure) -> str:
    """One line for a failure that the playbook expects: ignored or rescued."""
    symbol, colour = LOOKS[status]
    text = clean(failure.message).split("\n", 1)[0]
    return f"    {terminal.paint(f'{symbol} {clean(host)} {status.value}', colour)}: {text}"


def diff_block(terminal: Terminal, diff: SharedDiff, hosts: int, verbosity: int) -> list[str]:
    """A diff with the hosts that share it; `hosts` is how many the task had."""
    who = "" if hosts == 1 else f"  {names([clean(host) for host in diff.hosts], MANY)}"
    if len(diff.hosts) == hosts > 1:
        who = f"  all {hosts} hosts"
    head = terminal.paint(clean(diff.subject) or "diff", "bold") + terminal.paint(who, "blue")
    shown = diff.lines if verbosity else diff.lines[:LONG_DIFF]
    bar = terminal.paint("│", "dim")
    lines = [head, *(f"{bar} {_diff_line(terminal, clean(line))}" for line in shown)]
    if len(shown) < len(diff.lines):
        rest = len(diff.lines) - len(shown)
        note = f"… {count(rest, 'more line')} (+{diff.added} -{diff.removed} in all); -v shows them"
        lines.append(f"{bar} {terminal.paint(note, 'dim')}")
    return ["    " + line for line in lines]


def _diff_line(terminal: Terminal, line: str) -> str:
    colour = {"+": "green", "-": "red", "@": "cyan", "\\": "dim"}.get(line[:1])
    return terminal.paint(line, colour) if colour else line


def shared_lines(
    terminal: Terminal, results: Iterable[HostResult], of: int, lines_of: Callable[[HostResult], Sequence[str]]
) -> list[str]:
    """Lines that belong to results, those that are the same for several hosts once, under the hosts' names."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for result in results:
        lines = tuple(lines_of(result))
        if lines:
            groups.setdefault(lines, []).append(clean(result.host))
    shown = []
    for lines, hosts in groups.items():
        if of > 1:
            who = f"all {of} hosts" if len(hosts) == of else names(hosts, MANY)
            shown.append(terminal.paint(f"    {who}:", "blue"))
        indent = " " * (6 if of > 1 else 4)
        shown += [indent + clean(line) for line in lines]
    return shown


def debug_lines(terminal: Terminal, results: Sequence[HostResult], items: ItemCounts, of: int) -> list[str]:
    """What debug tasks say."""
    by_host: dict[str, list[str]] = {}
    for item in items.said:
        by_host.setdefault(item.host, []).extend(said(item.result))
    spoken = (result for result in results if result.status in (Status.OK, Status.CHANGED))
    return shared_lines(terminal, spoken, of, lambda result: by_host.get(result.host) or said(result.result))


def assumption_lines(terminal: Terminal, results: Sequence[HostResult], of: int) -> list[str]:
    """What a dry run takes for granted, with how many hosts it is for."""
    found = Counter(text for result in results for text in result.assumes)
    lines = []
    for text, number in found.items():
        who = f" ({count(number, 'host')})" if of > 1 else ""
        lines.append(terminal.paint(f"    assumes {clean(text)}{who}", "dim"))
    return lines


def result_lines(terminal: Terminal, result: HostResult, verbosity: int) -> list[str]:
    """A host's result: a line with -v, as YAML with -vv, whole as JSON with -vvv."""
    symbol, colour = LOOKS[result.status]
    who = clean(result.host) + (f" → {clean(result.delegate)}" if result.delegate else "")
    head = f"    {terminal.paint(symbol, colour)} {who}  {terminal.paint(duration(result.seconds), 'blue')}"
    if verbosity >= 3:
        text = json.dumps(dict(result.result), indent=2, default=str, ensure_ascii=False)
        return [head, *(f"      {clean(line)}" for line in text.splitlines())]
    shown = visible(result.result)
    if verbosity == 2:
        return [head, *(f"      {clean(line)}" for line in (yaml_lines(shown) if shown else ()))]
    output = spoken(result.result)
    if output is not None:
        return [head, *(f"        {clean(line)}" for line in output)]
    summary = message(result.result) or ", ".join(f"{key}={_inline(value)}" for key, value in shown.items())
    return [cut_after(head, clean(summary).replace("\n", " ⏎ "), terminal)]


def _inline(value: object) -> str:
    if isinstance(value, (dict, list, tuple)):
        return count(len(value), "entry").replace("entrys", "entries")
    return str(value).strip()[:500]


def cut_after(head: str, text: str, terminal: Terminal) -> str:
    """A head and as much of a text as fits in its line."""
    return f"{head}  {cut(text, max(terminal.width - 30, 30))}" if text else head
