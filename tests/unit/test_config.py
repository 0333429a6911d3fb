"""Settings: where they are looked for, which one wins, and what is said of those that are wrong."""

from __future__ import annotations

from pathlib import Path

import ansible
import pytest
import yaml

from opsengine.config import Config, config, read_classic, read_own, role_folders
from opsengine.errors import InputError, UsageError
from opsengine.settings import OWN_KEYS, SETTINGS

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
        with pytest.warns(UserWarning, match="all may write to this folder"):
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

    def test_of_opsengine_toml_has_a_key_of_its_own(self) -> None:
        keys = [OWN_KEYS.get((section, key), key) for section, key, _ in SETTINGS.values()]
        assert len(set(keys)) == len(keys)

    def test_of_ansible_core_works_or_is_said_to_have_no_effect(self) -> None:
        text = (ROOT / "docs/configuration.md").read_text()
        path = Path(ansible.__file__).with_name("config") / "base.yml"
        unknown = []
        for name, about in yaml.safe_load(path.read_text()).items():
            places = [(place["section"], place["key"]) for place in about.get("ini") or ()]
            said = [f"`[{section}] {key}`" for section, key in places] + [
                f"all of `[{section}]`" for section, _ in places
            ]
            said += [f"`{variable['name']}`" for variable in about.get("env") or ()] + [f"`{name}`"]
            if not name.startswith("_") and not any(words in text for words in said):
                unknown.append(name)
        assert not unknown

    def test_is_named_as_ansible_names_it(self) -> None:
        path = Path(ansible.__file__).with_name("config") / "base.yml"
        places = {}
        for about in yaml.safe_load(path.read_text()).values():
            for variable in about.get("env") or ():
                places[variable["name"]] = [(place["section"], place["key"]) for place in about.get("ini") or ()]
        for name, (section, key, _) in SETTINGS.items():
            assert (section, key) in places.get(name, [(section, key)]), name


class TestAPath:
    def test_counts_from_the_file_and_knows_what_ansible_replaces(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PLACE", "/there")
        (folder / "sub").mkdir()
        (folder / "sub/a.cfg").write_text(
            "[defaults]\nprivate_key_file = key\nlog_path = {{CWD}}/log\nroles_path = $PLACE/a:'b'\n"
            "vault_password_file = '~/pw'\n"
        )
        found = read_classic(folder / "sub/a.cfg")
        assert f"{folder}/sub/key" == found["ANSIBLE_PRIVATE_KEY_FILE"]
        assert f"{folder}/log" == found["ANSIBLE_LOG_PATH"]
        assert str(Path("~/pw").expanduser()) == found["ANSIBLE_VAULT_PASSWORD_FILE"]
        assert found["ANSIBLE_ROLES_PATH"].startswith("/there/a:")

    def test_of_roles_is_ansibles_where_nothing_is_said(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ANSIBLE_HOME", "/home/a")
        usual = ("/home/a/roles", "/usr/share/ansible/roles", "/etc/ansible/roles")
        assert usual == tuple(map(str, role_folders()))
