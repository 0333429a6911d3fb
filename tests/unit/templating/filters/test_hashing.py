"""Password hashes: the published vectors, and what is asked for and refused."""

from __future__ import annotations

import pytest

from opsengine.errors import TemplateError
from opsengine.templating.filters import _crypt, all_filters

# The test vectors of https://www.akkadia.org/drepper/SHA-crypt.txt: salt, rounds, password, hash.
LONG = "a very much longer text to encrypt.  This one even stretches over morethan one line."
SHA256 = [
    ("saltstring", 5000, "Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
    (
        "saltstringsaltstring",
        10_000,
        "Hello world!",
        "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA",
    ),
    (
        "toolongsaltstrin",
        5000,
        "This is just a test",
        "$5$toolongsaltstrin$Un/5jzAHMgOGZ5.mWJpuVolil07guHPvOW8mGRcvxa5",
    ),
    (
        "roundstoolow",
        10,
        "the minimum number is still observed",
        "$5$rounds=1000$roundstoolow$yfvwcWrQ8l/K0DAWyuPMDNHpIVlTQebY9l/gL972bIC",
    ),
]
SHA512 = [
    (
        "saltstring",
        5000,
        "Hello world!",
        "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
    ),
    (
        "saltstringsaltstring",
        10_000,
        "Hello world!",
        "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/"
        "YTBmSK6H9qs/y3RnOaw5v.",
    ),
    (
        "anotherlongsaltstring",
        1400,
        LONG,
        "$6$rounds=1400$anotherlongsalts$POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwbtEW7o7UmJEiDwGqd"
        "8p4ur1",
    ),
    (
        "short",
        77_777,
        "we have a short salt string but not a short password",
        "$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0",
    ),
    (
        "roundstoolow",
        10,
        "the minimum number is still observed",
        "$6$rounds=1000$roundstoolow$kUMsbe306n21p9R.FRkW3IGn.S9NPN0x50YhH1xhLsPuWGsUSklZt58jaTfF4ZEQpyUNGc0dqbpBYYBaHHrs"
        "X.",
    ),
]

password_hash = all_filters()["password_hash"]


def hashed(*arguments: object, **options: object) -> str:
    return str(password_hash(*arguments, **options))


class TestShaCrypt:
    @pytest.mark.parametrize(("salt", "rounds", "password", "expected"), SHA256)
    def test_256_gives_the_published_hashes(self, salt: str, rounds: int, password: str, expected: str) -> None:
        assert expected == _crypt.sha256_crypt(password.encode(), salt, rounds)

    @pytest.mark.parametrize(("salt", "rounds", "password", "expected"), SHA512)
    def test_512_gives_the_published_hashes(self, salt: str, rounds: int, password: str, expected: str) -> None:
        assert expected == _crypt.sha512_crypt(password.encode(), salt, rounds)


class TestMd5Crypt:
    @pytest.mark.parametrize(
        ("password", "expected"),
        # As `openssl passwd -1 -salt SALT PASSWORD` gives them.
        [
            ("Hello world!", "$1$saltstri$YMyguxXMBpd2TEZ.vS/3q1"),
            ("", "$1$abcdefgh$M55TzYaaccxVGbptZWaxX/"),
            ("a password longer than sixteen bytes", "$1$x$HsMtwpZ51PhVKsQCJ8q181"),
        ],
    )
    def test_gives_what_openssl_gives(self, password: str, expected: str) -> None:
        assert expected == _crypt.md5_crypt(password.encode(), expected.split("$")[2])


class TestPasswordHash:
    def test_has_the_rounds_of_ansible(self) -> None:
        assert hashed("x", "sha256", salt="abc").startswith("$5$rounds=535000$abc$")
        assert hashed("x", salt="abc").startswith("$6$rounds=656000$abc$")

    def test_leaves_out_the_rounds_that_are_the_default_of_the_scheme(self) -> None:
        assert SHA512[0][3] == hashed("Hello world!", "sha512", salt="saltstring", rounds=5000)

    def test_makes_up_a_salt(self) -> None:
        one, other = (hashed("x", "md5") for _ in range(2))
        assert one != other
        assert 8 == len(one.split("$")[2])
        assert 5 == len(hashed("x", "md5", salt_size=5).split("$")[2])

    def test_uses_the_bcrypt_library(self) -> None:
        bcrypt = pytest.importorskip("bcrypt")
        found = hashed("secret", "blowfish", salt="abcdefghijklmnopqrstuv", rounds=4)
        assert found.startswith("$2b$04$abcdefghijklmnopqrstuu")
        assert bcrypt.checkpw(b"secret", found.encode())

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ({"hashtype": "sha521"}, "sha521 is not in the list"),
            ({"salt": "a$b"}, r"invalid characters in sha512_crypt salt: `\$`"),
            ({"salt": "x" * 17}, "at most 16 characters, the given one has 17"),
            ({"hashtype": "bcrypt", "salt": "short"}, "22 characters, the given one has 5"),
        ],
    )
    def test_refuses_clearly_and_without_the_password(self, options: dict[str, str], told: str) -> None:
        with pytest.raises(TemplateError, match=told) as caught:
            hashed("geheim", **options)
        assert "geheim" not in str(caught.value)
