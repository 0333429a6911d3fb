"""
Reads and writes keyrings of OpenPGP (RFC 9580, before it RFC 4880) as apt and rpm take them: no gpg is needed.

A keyring is a row of packets; a key is its public key packet and all packets up to the next one.
"""

import base64
import binascii
import hashlib
import re
import struct
import time

from modules.kit import ModuleFailed

PUBLIC_KEY, PUBLIC_SUBKEY, SIGNATURE = 6, 14, 2
DIRECT = 0x1F
SELF_SIGNATURES = (0x10, 0x11, 0x12, 0x13, DIRECT)
CREATED, KEY_EXPIRES, ISSUER, ISSUER_FINGERPRINT = 2, 9, 16, 33
ARMOR = re.compile(
    r"-----BEGIN PGP PUBLIC KEY BLOCK-----[ \t\r]*\n(.*?)-----END PGP PUBLIC KEY BLOCK-----", re.S
)  # fmt: skip


class Key:
    """
    One public key.

    fingerprint and id (the long one): hexadecimal capitals. subkeys: the ids of its subkeys. expires: Unix time, or
    None for never. data: its packets.
    """

    def __init__(self, body):
        self.fingerprint, self.id = _identity(body)
        self.created = struct.unpack(">I", body[1:5])[0]
        self.expires = None
        self.signed = -1
        self.subkeys = []
        self.data = b""

    def ids(self):
        """The long ids of the key and its subkeys."""
        return [self.id] + self.subkeys

    def answers_to(self, name):
        """Whether an id or a fingerprint (capitals, without 0x) is this key's or one of its subkeys'."""
        return self.fingerprint.endswith(name) or any(one.endswith(name[-16:]) for one in self.ids())

    def expired(self, now):
        """Whether it had expired at that Unix time."""
        return self.expires is not None and self.expires <= now


def keys_of(data, where):
    """Every key of a keyring, armored or not; raises ModuleFailed that names `where` for what is none."""
    if data[8:12] == b"KBXf":
        raise ModuleFailed("%s is a keybox of gpg" % where, hint="export the key: gpg --export ID")
    found = []
    try:
        for tag, body, whole in _packets(binary(data)):
            if tag == PUBLIC_KEY:
                found.append(Key(body))
            elif not found:
                continue
            elif tag == PUBLIC_SUBKEY:
                found[-1].subkeys.append(_identity(body)[1])
            elif tag == SIGNATURE and not found[-1].subkeys:
                _note_signature(found[-1], body)
            found[-1].data += whole
    except (IndexError, struct.error, ValueError) as error:
        raise ModuleFailed("%s holds no OpenPGP keys: %s" % (where, error), hint="is it the right file or address?")
    return found


def is_armored(data):
    """Whether a keyring is text (`-----BEGIN PGP PUBLIC KEY BLOCK-----`)."""
    return b"-----BEGIN PGP PUBLIC KEY BLOCK-----" in data


def binary(data):
    """The packets of a keyring, whether it is armored or not."""
    if not is_armored(data):
        return data
    found = b""
    for block in ARMOR.findall(data.decode("utf-8", "replace")):
        lines = [line.strip() for line in block.splitlines()]
        start = lines.index("") + 1 if "" in lines else 0
        text = "".join(line for line in lines[start:] if not line.startswith("="))
        found += base64.b64decode(text, validate=True)
    if not found:
        raise ValueError("the block of the key has no end")
    return found


def armored(data):
    """Packets as text (RFC 9580, 6.2)."""
    text = base64.b64encode(data).decode("ascii")
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    check = base64.b64encode(struct.pack(">I", _crc24(data))[1:]).decode("ascii")
    head, foot = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n", "-----END PGP PUBLIC KEY BLOCK-----\n"
    return (head + "".join(line + "\n" for line in lines) + "=%s\n" % check + foot).encode("ascii")


def day(moment):
    """A Unix time as a date, for people."""
    return time.strftime("%Y-%m-%d", time.gmtime(moment))


def _crc24(data):
    value = 0xB704CE
    for byte in bytearray(data):
        value ^= byte << 16
        for _ in range(8):
            value <<= 1
            if value & 0x1000000:
                value ^= 0x1864CFB
    return value


def _packets(data):
    """(tag, body, the packet as a whole) of each packet; raises ValueError, IndexError or struct.error."""
    place = 0
    while place < len(data):
        first = data[place]
        if not first & 0x80:
            raise ValueError("no packet begins at byte %d" % place)
        if first & 0x40:
            tag, (length, start) = first & 0x3F, _new_length(data, place + 1)
        else:
            tag, (length, start) = (first >> 2) & 0x0F, _old_length(data, place, first & 3)
        end = start + length
        if end > len(data):
            raise ValueError("the packet at byte %d is cut off" % place)
        yield tag, data[start:end], data[place:end]
        place = end


def _new_length(data, place):
    first = data[place]
    if first < 192:
        return first, place + 1
    if first < 224:
        return ((first - 192) << 8) + data[place + 1] + 192, place + 2
    if first == 255:
        return struct.unpack(">I", data[place + 1 : place + 5])[0], place + 5
    raise ValueError("the packet at byte %d comes in parts, which no key does" % place)


def _old_length(data, place, kind):
    if kind == 3:
        return len(data) - place - 1, place + 1
    size = 1 << kind
    return int(binascii.hexlify(data[place + 1 : place + 1 + size]) or b"x", 16), place + 1 + size


def _identity(body):
    """(fingerprint, long id) of a key packet (RFC 9580, 5.5.4)."""
    version = body[0]
    if version == 4:
        found = hashlib.sha1(b"\x99" + struct.pack(">H", len(body)) + body).hexdigest().upper()
        return found, found[-16:]
    if version in (5, 6):
        head = b"\x9a" if version == 5 else b"\x9b"
        found = hashlib.sha256(head + struct.pack(">I", len(body)) + body).hexdigest().upper()
        return found, found[:16]
    if version in (2, 3):
        size = (struct.unpack(">H", body[8:10])[0] + 7) // 8
        modulus, rest = body[10 : 10 + size], body[12 + size :]
        return hashlib.md5(modulus + rest).hexdigest().upper(), binascii.hexlify(modulus[-8:]).decode().upper()
    raise ValueError("a key of version %d is not known" % version)


def _note_signature(key, body):
    """Take over when the key expires from the newest signature that it made of itself."""
    if body[0] != 4 or body[1] not in SELF_SIGNATURES:
        return
    size = struct.unpack(">H", body[4:6])[0]
    hashed = dict(_parts(body[6 : 6 + size]))
    rest = struct.unpack(">H", body[6 + size : 8 + size])[0]
    others = dict(_parts(body[8 + size : 8 + size + rest]))
    issuer = hashed.get(ISSUER_FINGERPRINT, b"")[-8:] or hashed.get(ISSUER) or others.get(ISSUER, b"")
    signed = struct.unpack(">I", hashed.get(CREATED, b"\0\0\0\0"))[0]
    if binascii.hexlify(issuer).decode().upper() != key.id or signed < key.signed:
        return
    if body[1] == DIRECT and KEY_EXPIRES not in hashed:
        return
    key.signed = signed
    seconds = struct.unpack(">I", hashed.get(KEY_EXPIRES, b"\0\0\0\0"))[0]
    key.expires = key.created + seconds if seconds else None


def _parts(data):
    """(kind, content) of each subpacket of a signature (RFC 9580, 5.2.3.7)."""
    place = 0
    while place < len(data):
        first = data[place]
        if first < 192:
            length, start = first, place + 1
        elif first < 255:
            length, start = ((first - 192) << 8) + data[place + 1] + 192, place + 2
        else:
            length, start = struct.unpack(">I", data[place + 1 : place + 5])[0], place + 5
        yield data[start] & 0x7F, data[start + 1 : start + length]
        place = start + length
