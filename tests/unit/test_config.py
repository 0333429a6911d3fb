"""Settings: where they are looked for, which one wins, and what is said of those that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsengine.config import SETTINGS, Config, config, read_classic, read_own
from opsengine.errors import InputError, UsageError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("ANSIBLE_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    config.cache_clear()
    yield tmp_path
    config.cache_clear()


class TestAnsibleCfg:
    def test_gives_the_settings_that_mean_something_here(self, folder: Path) -> None:
        (folder / "ansible.cfg").write_text(
            "[defaults]\nforks = 7 ; few\nroles_path = a:~/b\nstdout_callback = yaml\n"
            "[privilege_escalation]\nbecome = True\n"
        )
        found = config()
        assert 7 == found.number("ANSIBLE_FORKS")
        assert f"{folder}/a:{Path('~/b').expanduser()}" == found["ANSIBLE_ROLES_PATH"]
        assert found.truth("ANSIBLE_BECOME")
        assert {"ANSIBLE_FORKS", "ANSIBLE_ROLES_PATH", "ANSIBLE_BECOME"} == set(found)

    def test_of_a_folder_that_all_may_write_to_does_not_count(self, folder: Path) -> None:
        (folder / "ansible.cfg").write_text("[defaults]\nforks = 7\n")
        folder.chmod(0o777)
        assert config().number("ANSIBLE_FORKS") is None

    def test_is_the_one_that_the_environment_names(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (folder / "ansible.cfg").write_text("[defaults]\nforks = 7\n")
        (folder / "other.cfg").write_text("[defaults]\nforks = 8\n")
        monkeypatch.setenv("ANSIBLE_CONFIG", "other.cfg")
        assert 8 == config().number("ANSIBLE_FORKS")

    def test_that_is_damaged_names_the_line(self, folder: Path) -> None:
        (folder / "a.cfg").write_text("[defaults]\nwhat is this\n")
        with pytest.raises(InputError, match=r"a\.cfg:2:1: neither a \[section\] nor"):
            read_classic(folder / "a.cfg")


class TestOpsengineToml:
    def test_wins_over_ansible_cfg_and_loses_to_the_environment(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / "ansible.cfg").write_text("[defaults]\nforks = 7\nremote_user = a\n")
        (folder / "opsengine.toml").write_text('forks = 8\nremote_user = "b"\n')
        monkeypatch.setenv("ANSIBLE_FORKS", "9")
        assert (9, "b") == (config().number("ANSIBLE_FORKS"), config()["ANSIBLE_REMOTE_USER"])

    def test_with_an_unknown_key_is_refused_with_the_nearest(self, folder: Path) -> None:
        (folder / "o.toml").write_text("fork = 8\n")
        with pytest.raises(InputError, match=r"unknown setting `fork`(.|\n)*forks"):
            read_own(folder / "o.toml")

    def test_takes_lists(self, folder: Path) -> None:
        (folder / "o.toml").write_text('inventory = ["a.yml", "b.yml"]\ntags = ["x", "y"]\n')
        found = Config({}, read_own(folder / "o.toml"))
        assert [f"{folder}/a.yml", f"{folder}/b.yml"] == found.words("ANSIBLE_INVENTORY")
        assert ["x", "y"] == found.words("ANSIBLE_RUN_TAGS")


class TestASetting:
    def test_of_the_wrong_kind_is_refused(self) -> None:
        with pytest.raises(UsageError, match="ANSIBLE_FORKS: should be a whole number, got `many`"):
            Config({"ANSIBLE_FORKS": "many"}, {}).number("ANSIBLE_FORKS")
        with pytest.raises(UsageError, match="ANSIBLE_BECOME: should be yes or no"):
            Config({"ANSIBLE_BECOME": "perhaps"}, {}).truth("ANSIBLE_BECOME")

    @pytest.mark.parametrize("name", SETTINGS)
    def test_is_documented(self, name: str) -> None:
        section, key, _ = SETTINGS[name]
        assert f"| `{name}` | `[{section}] {key}` |" in (ROOT / "docs/configuration.md").read_text()
