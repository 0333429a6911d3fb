"""The keyrings that apt trusts for every repository (apt-secure(8))."""

import glob
import os

from modules.kit.filesystem import read
from modules.packages import _openpgp

FILE = "/etc/apt/trusted.gpg"
FOLDER = "/etc/apt/trusted.gpg.d"


def trusted(keyring=None):
    """[(path, [Key])] of the keyrings; of the one named, where one is, although it may not exist."""
    places = [FILE] + sorted(glob.glob(FOLDER + "/*.gpg") + glob.glob(FOLDER + "/*.asc"))
    places = [place for place in places if os.path.isfile(place)] if keyring is None else [keyring]
    return [(place, _openpgp.keys_of(read(place) or b"", place)) for place in places]


def packed(path, keys):
    """The bytes of a keyring that holds these keys, as its name asks for: armored for `.asc`."""
    data = b"".join(key.data for key in keys)
    return _openpgp.armored(data) if path.endswith(".asc") else data
