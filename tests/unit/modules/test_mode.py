"""Permission bits as people write them."""

import pytest

from opsengine.agent import library

library.module_files()["file"].kind  # noqa: B018 - makes `modules` importable
from modules.files import _mode  # noqa: E402
from modules.kit import ModuleFailed  # noqa: E402


class TestAMode:
    @pytest.mark.parametrize(
        ("mode", "now", "folder", "expected"),
        [
            ("0644", 0, False, 0o644),
            ("1777", 0, True, 0o1777),
            ("0o600", 0, False, 0o600),
            (0o755, 0, False, 0o755),
            ("u=rw,g=r,o=", 0o777, False, 0o640),
            ("u=rwX,go=rX", 0o600, False, 0o644),
            ("u=rwX,go=rX", 0o600, True, 0o755),
            ("a+X", 0o744, False, 0o755),
            ("g+s", 0o755, True, 0o2755),
            ("u+s,g-s", 0o2755, False, 0o4755),
            ("o+t", 0o777, True, 0o1777),
            ("g=u", 0o640, False, 0o660),
            ("ug+w-x", 0o555, False, 0o665),
            ("u=", 0o777, False, 0o077),
        ],
    )
    def test_is_read(self, mode: object, now: int, folder: bool, expected: int) -> None:
        assert oct(expected) == oct(_mode.parse(mode, now, folder))

    @pytest.mark.parametrize("mode", ["rw", "u=q", "0888", True, 0o10000, -1, [], "u"])
    def test_that_is_none_is_refused(self, mode: object) -> None:
        with pytest.raises(ModuleFailed, match="mode should be"):
            _mode.parse(mode)
