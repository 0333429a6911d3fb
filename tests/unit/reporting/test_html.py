from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from opsengine.events import Event, RunEnded, Status
from opsengine.reporting.html import HtmlReport
from tests.unit.reporting.scenario import Scenario, day_of_work, large_run, text_diff

VOID = {"meta", "input", "br", "link", "img"}


class Parsed(HTMLParser):
    """Insists on tags that match, and gathers what tests look at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src"):
                self.links.append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def written(events: list[Event], path: Path) -> str:
    report = HtmlReport(path)
    for event in events:
        report(event)
    report.close()
    return path.read_text("utf-8")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "report.html"


class TestThePage:
    @pytest.mark.parametrize("check", [False, True])
    def test_is_well_formed_and_links_only_to_itself(self, path: Path, check: bool) -> None:
        text = written(day_of_work(check), path)
        page = Parsed(text)
        assert len(page.ids) == len(set(page.ids))
        assert [link for link in page.links if not link.startswith("#") or link[1:] not in page.ids] == []
        assert not re.search(r"https?:|url\(|@import", text)

    def test_says_what_happened(self, path: Path) -> None:
        text = Parsed(written(day_of_work(), path)).text
        for part in (
            "nginx: [emerg] no ssl.pem",
            "put the certificate",
            "roles/web/tasks/main.yml:34:3",
            "1 ok, 3 changed",
        ):
            assert part in text

    def test_says_what_a_dry_run_would_change_and_took_for_granted(self, path: Path) -> None:
        text = Parsed(written(day_of_work(check=True), path)).text
        assert "nothing was changed" in text
        assert "3 would change" in text
        assert "engine docker, which comes with: Install Docker" in text

    def test_leads_every_cell_to_its_detail(self, path: Path) -> None:
        page = Parsed(written(large_run(20, 10), path))
        cells = [link for link in page.links if re.fullmatch(r"#t\d+h\d+", link)]
        assert len(cells) // 18 >= 10
        assert set() == {cell[1:] for cell in cells} - set(page.ids)

    def test_shows_an_equal_diff_once_in_each_place(self, path: Path) -> None:
        text = written(day_of_work(), path)
        assert text.count('<span class="del">-image: nginx:1.25') == 2

    def test_cannot_be_injected_into(self, path: Path) -> None:
        evil = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}</pre></style>"
        run = Scenario()
        run.play(evil, [evil])
        run.warn(evil, evil)
        with run.task(evil, [evil], evil, role=evil) as task:
            task.item(evil, evil, 0, Status.FAILED, msg=evil)
            diff = text_diff(evil, evil, "+" + evil)
            task.host(evil, Status.FAILED, [diff], [evil], evil, msg=evil, stdout=evil, stderr="\0" + evil, cmd=evil)
        text = written(run.end(), path)
        page = Parsed(text)
        assert "img" not in page.tags
        assert not {"onerror", "src", "onclick"} & page.attributes
        assert 1 == text.count("<script>") == text.count("</script>")
        assert "\0" not in text
        assert "{{ 7 * 7 }}" in page.text

    def test_allows_no_script_but_its_own(self, path: Path) -> None:
        text = written(day_of_work(), path)
        script = re.search(r"<script>(.*?)</script>", text, re.S)
        assert script
        digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}'" in text.replace("&#43;", "+")

    def test_can_be_read_by_its_owner_only(self, path: Path) -> None:
        path.write_text("old")
        path.chmod(0o644)
        written(day_of_work(), path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert [path] == list(path.parent.iterdir())

    def test_is_written_when_the_run_broke_off_without_an_end(self, path: Path) -> None:
        events = [event for event in day_of_work() if not isinstance(event, RunEnded)]
        text = Parsed(written(events[:-4], path)).text
        assert "interrupted" in text
        assert "nginx: [emerg] no ssl.pem" in text

    def test_stands_a_run_that_did_nothing(self, path: Path) -> None:
        Parsed(written([], path))

    def test_leaves_uneventful_hosts_out_of_a_matrix_too_large(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("opsengine.reporting.page.MOST_CELLS", 100)
        events = large_run(50, 12)
        page = Parsed(written(events, path))
        assert 0 < len([link for link in page.links if re.fullmatch(r"#t\d+h\d+", link)]) < 100
