#!/usr/bin/env python3
"""Reads a Holdfast repository of format 1. Written from docs/format alone, without a look at the engine: an independent opinion.

    decoder.py check     FOLDER --key FILE                   every record of every pack, every snapshot, every tree: as JSON
    decoder.py snapshots FOLDER --key FILE                   the versions, as JSON
    decoder.py extract   FOLDER --key FILE --snapshot ID --to NEW-FOLDER
    decoder.py cut       FOLDER --key FILE --file F          lengths of the chunks that F is cut into
    decoder.py self-backup FILE --key FILE                   the document of a box's backup of itself, as JSON
    decoder.py self-test                                     AES-GCM against NIST's test cases

FILE holds a recovery kit as text or page, a recovery code, or the 64 hex digits of a key-encryption key (a device's). Needs Python 3.9 and nothing else: AES-GCM and zstd
are taken from the system's own libcrypto and libzstd where they are (every Debian), else from the few lines below (slow) and the `zstd` program.
"""

import argparse
import base64
import ctypes
import ctypes.util
import hashlib
import hmac
import json
import os
import re
import struct
import subprocess
import sys
import zlib

MIB = 1024 * 1024
DATA, LIST, TREE, SNAPSHOT, NOTE, BOX = 1, 2, 3, 4, 5, 6


class Damaged(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Damaged(what)


# --- AES-256-GCM (NIST SP 800-38D) ---------------------------------------------------------------------------------------------


def load(name, sonames):
    """A library of the system, or None. Not on macOS, where an unversioned libcrypto ends the process."""
    if sys.platform == "darwin":
        return None
    for candidate in [ctypes.util.find_library(name), *sonames]:
        try:
            return ctypes.CDLL(candidate) if candidate else None
        except OSError:
            continue
    return None


libcrypto = load("crypto", ["libcrypto.so.3", "libcrypto.so.1.1"])
if libcrypto:
    libcrypto.EVP_CIPHER_CTX_new.restype = ctypes.c_void_p
    libcrypto.EVP_aes_256_gcm.restype = ctypes.c_void_p
    libcrypto.EVP_CIPHER_CTX_free.argtypes = [ctypes.c_void_p]
    libcrypto.EVP_CIPHER_CTX_ctrl.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_void_p]
    libcrypto.EVP_DecryptInit_ex.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_char_p] * 2
    libcrypto.EVP_DecryptUpdate.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    libcrypto.EVP_DecryptFinal_ex.argtypes = [ctypes.c_void_p] * 3


def open_with_libcrypto(key, nonce, aad, ciphertext, tag):
    context = libcrypto.EVP_CIPHER_CTX_new()
    try:
        length = ctypes.c_int(0)
        plain = ctypes.create_string_buffer(len(ciphertext) + 16)
        set_tag = 0x11
        steps = (
            libcrypto.EVP_DecryptInit_ex(context, libcrypto.EVP_aes_256_gcm(), None, key, nonce) == 1
            and libcrypto.EVP_DecryptUpdate(context, None, ctypes.byref(length), aad, len(aad)) == 1
            and libcrypto.EVP_DecryptUpdate(context, plain, ctypes.byref(length), ciphertext, len(ciphertext)) == 1
            and libcrypto.EVP_CIPHER_CTX_ctrl(context, set_tag, 16, ctypes.c_char_p(tag)) == 1
            and libcrypto.EVP_DecryptFinal_ex(context, plain, ctypes.byref(length)) == 1
        )
        return plain.raw[: len(ciphertext)] if steps else None
    finally:
        libcrypto.EVP_CIPHER_CTX_free(context)


def make_sbox():
    """FIPS 197: the inverse in GF(2^8), then an affine map."""
    sbox, p, q = [0] * 256, 1, 1
    while True:
        p = p ^ ((p << 1) & 0xFF) ^ (0x1B if p & 0x80 else 0)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xFF
        q ^= 0x09 if q & 0x80 else 0
        rotated = [((q << n) | (q >> (8 - n))) & 0xFF for n in range(5)]
        sbox[p] = rotated[0] ^ rotated[1] ^ rotated[2] ^ rotated[3] ^ rotated[4] ^ 0x63
        if p == 1:
            sbox[0] = 0x63
            return sbox


SBOX = make_sbox()
DOUBLE = [((n << 1) ^ (0x1B if n & 0x80 else 0)) & 0xFF for n in range(256)]


def expand_key(key):
    words = [list(key[n : n + 4]) for n in range(0, 32, 4)]
    rcon = 1
    for n in range(8, 60):
        word = list(words[n - 1])
        if n % 8 == 0:
            word = [SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= rcon
            rcon = DOUBLE[rcon]
        elif n % 8 == 4:
            word = [SBOX[b] for b in word]
        words.append([a ^ b for a, b in zip(words[n - 8], word)])
    return [sum(words[n : n + 4], []) for n in range(0, 60, 4)]


def encrypt_block(rounds, block):
    state = [a ^ b for a, b in zip(block, rounds[0])]
    for number in range(1, 15):
        state = [SBOX[state[(n + 4 * (n % 4)) % 16]] for n in range(16)]
        if number < 14:
            mixed = []
            for n in range(0, 16, 4):
                a, b, c, d = state[n : n + 4]
                mixed += [
                    DOUBLE[a] ^ DOUBLE[b] ^ b ^ c ^ d,
                    a ^ DOUBLE[b] ^ DOUBLE[c] ^ c ^ d,
                    a ^ b ^ DOUBLE[c] ^ DOUBLE[d] ^ d,
                    DOUBLE[a] ^ a ^ b ^ c ^ DOUBLE[d],
                ]
            state = mixed
        state = [a ^ b for a, b in zip(state, rounds[number])]
    return bytes(state)


def ghash(h, aad, ciphertext):
    def multiply(x, y):
        z = 0
        for n in range(127, -1, -1):
            if (x >> n) & 1:
                z ^= y
            y = (y >> 1) ^ (0xE1 << 120 if y & 1 else 0)
        return z

    padded = aad + bytes(-len(aad) % 16) + ciphertext + bytes(-len(ciphertext) % 16)
    padded += struct.pack(">QQ", len(aad) * 8, len(ciphertext) * 8)
    y = 0
    for n in range(0, len(padded), 16):
        y = multiply(y ^ int.from_bytes(padded[n : n + 16], "big"), h)
    return y.to_bytes(16, "big")


def open_in_python(key, nonce, aad, ciphertext, tag):
    rounds = expand_key(key)
    h = int.from_bytes(encrypt_block(rounds, bytes(16)), "big")
    mask = encrypt_block(rounds, nonce + b"\0\0\0\1")
    expected = bytes(a ^ b for a, b in zip(ghash(h, aad, ciphertext), mask))
    if not hmac.compare_digest(expected, tag):
        return None
    stream = b"".join(encrypt_block(rounds, nonce + struct.pack(">I", 2 + n)) for n in range((len(ciphertext) + 15) // 16))
    return bytes(a ^ b for a, b in zip(ciphertext, stream))


open_gcm = open_with_libcrypto if libcrypto else open_in_python

# --- zstd ----------------------------------------------------------------------------------------------------------------------

libzstd = load("zstd", ["libzstd.so.1"])
if libzstd:
    libzstd.ZSTD_decompress.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    libzstd.ZSTD_decompress.restype = ctypes.c_size_t
    libzstd.ZSTD_isError.argtypes = [ctypes.c_size_t]


def unzstd(frame, raw_length):
    if libzstd:
        raw = ctypes.create_string_buffer(raw_length + 1)
        length = libzstd.ZSTD_decompress(raw, raw_length, frame, len(frame))
        expect(not libzstd.ZSTD_isError(length) and length == raw_length, "a frame does not decompress")
        return raw.raw[:raw_length]
    run = subprocess.run(["zstd", "-d", "-c", "--memory=8MB"], input=frame, capture_output=True, check=False)
    expect(run.returncode == 0 and len(run.stdout) == raw_length, "a frame does not decompress")
    return run.stdout


# --- keys.md, recovery-code.md -------------------------------------------------------------------------------------------------


def hkdf(ikm, salt, info, length):
    """RFC 5869 with SHA-256."""
    key = hmac.new(salt, ikm, hashlib.sha256).digest()
    block, output = b"", b""
    for number in range(1, (length + 31) // 32 + 1):
        block = hmac.new(key, block + info + bytes([number]), hashlib.sha256).digest()
        output += block
    return output[:length]


SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECKS = SYMBOLS + "*~$=U"


def parse_recovery_code(text):
    typed = re.sub(r"[\s-]", "", text.upper()).translate(str.maketrans("OIL", "011"))
    expect(len(typed) == 65, "a recovery code has 65 symbols, not %d" % len(typed))
    number = 0
    for index in range(13):
        group, check = typed[5 * index : 5 * index + 4], typed[5 * index + 4]
        expect(all(symbol in SYMBOLS for symbol in group), "group %d is wrong" % (index + 1))
        value = 0
        for symbol in group:
            value = value * 32 + SYMBOLS.index(symbol)
        expect(CHECKS[(value + index) % 37] == check, "group %d is wrong" % (index + 1))
        number = number << 20 | value
    expect(number & 15 == 0, "group 13 is wrong")
    return (number >> 4).to_bytes(32, "big")


def read_json(path):
    with open(path, "rb") as file:
        content = file.read(MIB + 1)
    expect(len(content) <= MIB, path + " is too long")
    value = json.loads(content.decode("utf-8"))
    expect(isinstance(value, dict) and value.get("format") == 1, path + " is not of format 1")
    return value


def strict_base64(text):
    value = base64.b64decode(text, validate=True)
    expect(base64.b64encode(value).decode() == text, "another spelling of base64")
    return value


class Keys:
    def __init__(self, uid, dedup_key, encryption_keys):
        self.uid = uid
        self.encryption_keys = encryption_keys
        self.id_key = hkdf(dedup_key, uid, b"hf1/chunk-id", 32)
        self.gear = struct.unpack("<256I", hkdf(dedup_key, uid, b"hf1/gear", 1024))

    def chunk_id(self, kind, plaintext):
        return hmac.new(self.id_key, bytes([kind]) + plaintext, hashlib.sha256).digest()


def open_slot(slot, uid, key):
    salt, commitment, sealed = (strict_base64(slot[name]) for name in ("salt", "commitment", "sealed"))
    expect(len(salt) == 32 and len(commitment) == 32 and len(sealed) >= 16, "a key slot is cut off")
    derived = hkdf(key, salt, b"hf1/slot", 76)
    if not hmac.compare_digest(derived[44:], commitment):
        return None
    aad = b"hf1/slot" + uid + slot["kind"].encode() + b"/" + slot["id"].encode()
    payload = open_gcm(derived[:32], derived[32:44], aad, sealed[:-16], sealed[-16:])
    expect(payload is not None, "a key slot is damaged")
    (epochs,) = struct.unpack_from("<I", payload, 32)
    expect(1 <= epochs <= 10000 and len(payload) == 36 + 32 * epochs, "a key slot holds no whole secrets")
    return Keys(uid, payload[:32], [payload[36 + 32 * n : 68 + 32 * n] for n in range(epochs)])


NUMBERS = {
    "chunkMinBytes": 262144, "chunkAverageBytes": 1048576, "chunkMaxBytes": 4194304, "chunkNormalisation": 2,
    "inlineMaxBytes": 512, "directChunksMax": 16, "listMaxItems": 4096, "treeSegmentTargetBytes": 65536,
    "treeSegmentMaxBytes": 1048576, "rawRecordMaxBytes": 8388608, "packMaxBytes": 67108864, "packMaxRecords": 65536,
}  # fmt: skip


def unlock(folder, key_text):
    repository = read_json(os.path.join(folder, "repository.json"))
    expect(repository["numbers"] == NUMBERS, "the numbers are not those of format 1")
    expect(re.fullmatch("[0-9a-f]{32}", repository["uid"]), "repository.json lacks its uid")
    uid = bytes.fromhex(repository["uid"])
    is_key = re.fullmatch("[0-9a-fA-F]{64}", key_text.strip())
    key = bytes.fromhex(key_text.strip()) if is_key else hkdf(parse_recovery_code(key_text), uid, b"hf1/recovery", 32)
    for name in sorted(os.listdir(os.path.join(folder, "keys"))):
        if name.endswith(".json"):
            slot = read_json(os.path.join(folder, "keys", name))
            keys = open_slot(slot, uid, key) if slot["kind"] != "passphrase" else None
            if keys:
                return keys
    raise Damaged("no key slot opens with this key")


# --- record.md, padme.md -------------------------------------------------------------------------------------------------------


def padme(length):
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    low_bits = max(0, exponent - exponent.bit_length())
    mask = (1 << low_bits) - 1
    return (length + mask) & ~mask


class Header:
    def __init__(self, content, at=0):
        self.bytes = content[at : at + 92]
        expect(len(self.bytes) == 92 and self.bytes[:4] == b"HFR1", "no record begins here")
        expect(zlib.crc32(self.bytes[:88]) == struct.unpack_from("<I", self.bytes, 88)[0], "header checksum")
        version, self.type, self.codec, flags, self.epoch, self.refs, self.ciphertext = struct.unpack_from("<BBBBIII", self.bytes, 4)
        expect(version == 1 and DATA <= self.type <= BOX and self.codec <= 1 and flags == 0, "unknown version, type, codec or flags")
        expect(1 <= self.epoch <= 10000 and self.refs <= 65536 and self.ciphertext <= padme(8 * MIB + 8), "beyond a limit")
        expect(self.type in (LIST, TREE) or self.refs == (1 if self.type == SNAPSHOT else 0), "refs where none belong")
        self.id, self.salt = self.bytes[20:52], self.bytes[52:84]
        (self.body_crc,) = struct.unpack_from("<I", self.bytes, 84)
        self.length = 92 + 32 * self.refs + self.ciphertext + 16


def split_ids(content):
    return [content[n : n + 32] for n in range(0, len(content), 32)]


def open_record(keys, record, prefix=b""):
    header = Header(record)
    expect(len(record) == header.length and zlib.crc32(record[92:]) == header.body_crc, "body checksum")
    body = 92 + 32 * header.refs
    expect(header.epoch <= len(keys.encryption_keys), "no key of epoch %d" % header.epoch)
    info = b"hf1/rec" + keys.uid + struct.pack("<BBBI", 1, header.type, header.codec, header.epoch) + header.id
    derived = hkdf(keys.encryption_keys[header.epoch - 1], header.salt, info, 44)
    aad = prefix + record[:84] + bytes(8) + record[92:body]
    payload = open_gcm(derived[:32], derived[32:], aad, record[body:-16], record[-16:])
    expect(payload is not None and len(payload) >= 8, "a record does not open")
    raw, stored = struct.unpack_from("<II", payload)
    expect(raw <= 8 * MIB and padme(8 + stored) == len(payload) and not any(payload[8 + stored :]), "lengths or padding")
    plaintext = payload[8 : 8 + stored]
    if header.codec == 1:
        plaintext = unzstd(plaintext, raw)
    expect(len(plaintext) == raw, "raw length")
    expect(keys.chunk_id(header.type, plaintext) == header.id, "the content is not what its id says")
    refs = split_ids(record[92:body])
    if header.type in (TREE, LIST):
        expect(children_of(header.type, plaintext) == refs, "refs are not the children")
    return header, refs, plaintext


# --- pack.md -------------------------------------------------------------------------------------------------------------------


def read_pack(path, uid):
    """[(offset, Header)] and the pack's bytes."""
    with open(path, "rb") as file:
        pack = file.read(64 * MIB + 1)
    expect(80 <= len(pack) <= 64 * MIB, "size of a pack")
    expect(hashlib.sha256(pack).hexdigest() == os.path.basename(path), "a pack is not what its name says")
    expect(pack[:9] == b"HFPACK1\n\x01" and pack[9] <= 1 and pack[10:16] == bytes(6) and pack[16:32] == uid, "head of a pack")
    expect(pack[-8:] == b"HFPKEND\n", "end of a pack")
    count, length = struct.unpack_from("<II", pack, len(pack) - 48)
    start = len(pack) - 48 - length
    expect(1 <= count <= 65536 and start >= 32, "foot of a pack")
    entries = pack[start:-48]
    expect(hashlib.sha256(entries).digest() == pack[-40:-8], "trailer checksum")
    found, ids, at, expected = [], set(), 0, 32
    while at < length:
        header = Header(entries, at)
        (offset,) = struct.unpack_from("<I", entries, at + 92)
        refs_end = at + 96 + 32 * header.refs
        expect(refs_end <= length and offset == expected and header.id not in ids, "an entry of a trailer")
        expect(header.type in ((DATA,), (LIST, TREE))[pack[9]], "a record of another kind")
        expect(pack[offset : offset + 92] == header.bytes, "a trailer says other than a record")
        expect(pack[offset + 92 : offset + 92 + 32 * header.refs] == entries[at + 96 : refs_end], "a trailer names other refs")
        found.append((offset, header))
        ids.add(header.id)
        at, expected = refs_end, offset + header.length
    expect(len(found) == count and expected == start, "records and trailer do not meet")
    return ("data", "tree")[pack[9]], found, pack


# --- tree.md, list.md ----------------------------------------------------------------------------------------------------------


class Reader:
    def __init__(self, content):
        self.content, self.at = content, 0

    def bytes(self, length):
        expect(self.at + length <= len(self.content), "cut off")
        self.at += length
        return self.content[self.at - length : self.at]

    def u8(self):
        return self.bytes(1)[0]

    def number(self, form):
        return struct.unpack(form, self.bytes(struct.calcsize(form)))[0]

    def varint(self, most=2**53 - 1):
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                expect(byte or shift == 7, "a varint with a second spelling")
                expect(value <= most, "beyond a limit")
                return value
            expect(shift < 56, "a varint that does not end")

    def sized(self, least, most):
        value = self.bytes(self.varint(most))
        expect(len(value) >= least, "nothing where something must be")
        return value

    def end(self):
        expect(self.at == len(self.content), "bytes follow")


def read_item(reader):
    word = reader.varint()
    length, is_hole = word >> 1, word & 1
    expect(length > 0 and (is_hole or length <= 8 * MIB), "length of an item")
    return (length, None if is_hole else reader.bytes(32))


def read_content(reader, size):
    kind = reader.u8()
    if kind == 0:
        expect(size == 0, "a size without content")
        return ("empty", None)
    if kind == 1:
        expect(1 <= size <= 512, "size of an inline file")
        return ("inline", reader.bytes(size))
    if kind == 2:
        items = [read_item(reader) for _ in range(reader.varint(16))]
        expect(items and sum(length for length, _ in items) == size, "chunks do not add up")
        return ("chunks", items)
    expect(kind == 3, "unknown content")
    return ("list", reader.bytes(32))


def ascending(names):
    return all(a < b for a, b in zip(names, names[1:]))


def read_entry(reader):
    entry = {"name": reader.sized(1, 1024), "type": reader.u8()}
    expect(not re.search(b"[\0/]", entry["name"]) and entry["name"] not in (b".", b".."), "an impossible name")
    entry["mode"], entry["uid"], entry["gid"] = reader.varint(0o7777), reader.varint(2**32 - 1), reader.varint(2**32 - 1)
    entry["mtime"] = reader.number("<q")
    kind = entry["type"]
    if kind in (1, 4):
        entry["size"] = reader.varint()
        if kind == 4:
            entry["device"], entry["inode"] = reader.number("<Q"), reader.number("<Q")
        entry["content"] = read_content(reader, entry["size"])
    elif kind == 2:
        entry["tree"] = reader.bytes(32)
    elif kind == 3:
        entry["target"] = reader.sized(1, 65536)
        expect(b"\0" not in entry["target"], "NUL in a link")
    else:
        expect(kind == 5, "unknown type of entry")
        entry["special"], entry["number"] = reader.u8(), reader.varint()
        expect(1 <= entry["special"] <= 4, "unknown special file")
    count, start = reader.varint(256), reader.at
    entry["extensions"] = [(reader.sized(1, 256), reader.sized(0, 65536)) for _ in range(count)]
    expect(ascending([key for key, _ in entry["extensions"]]) and reader.at - start <= 512 * 1024, "extensions")
    return entry


def read_tree(plaintext):
    """(level, entries) or (level, [(first name, id)])"""
    reader = Reader(plaintext)
    level = reader.u8()
    expect(level <= 6 and (level or len(plaintext) <= MIB), "beyond a limit")
    if level == 0:
        parts = [read_entry(reader) for _ in range(reader.varint())]
        names = [entry["name"] for entry in parts]
    else:
        parts = [(reader.sized(1, 1024), reader.bytes(32)) for _ in range(reader.varint(4096))]
        names = [name for name, _ in parts]
        expect(parts, "an empty index")
    reader.end()
    expect(ascending(names), "names out of order")
    return level, parts


def read_list(plaintext):
    reader = Reader(plaintext)
    level = reader.u8()
    expect(level <= 6, "beyond a limit")
    count = reader.varint(4096)
    parts = [read_item(reader) if level == 0 else (reader.varint(), reader.bytes(32)) for _ in range(count)]
    reader.end()
    expect(parts and all(length for length, _ in parts), "an empty list")
    return level, parts


def children_of(kind, plaintext):
    ids = []
    if kind == LIST:
        ids = [part for _, part in read_list(plaintext)[1] if part]
    else:
        level, parts = read_tree(plaintext)
        for part in parts:
            if level:
                ids.append(part[1])
            elif part["type"] == 2:
                ids.append(part["tree"])
            elif "content" in part and part["content"][0] == "list":
                ids.append(part["content"][1])
            elif "content" in part and part["content"][0] == "chunks":
                ids += [chunk for _, chunk in part["content"][1] if chunk]
    return list(dict.fromkeys(ids))


# --- snapshot.md ---------------------------------------------------------------------------------------------------------------


def text_of(name):
    """Bytes in JSON: README.md."""
    try:
        text = name.decode("utf-8")
        if not text.startswith("\0"):
            return text
    except UnicodeDecodeError:
        pass
    return "\0" + base64.b64encode(name).decode()


def read_envelope(content):
    reader = Reader(content)
    expect(reader.u8() == 1, "an envelope of another format")
    envelope = {"root": reader.bytes(32), "seq": reader.number("<Q"), "device": reader.bytes(reader.u8()).decode("ascii")}
    envelope["serverTimeMs"] = reader.number("<q")
    envelope["previous"] = reader.bytes(32)
    reader.end()
    expect(1 <= envelope["seq"] < 10**12 and re.fullmatch("[A-Za-z0-9][A-Za-z0-9_-]{0,63}", envelope["device"]), "envelope")
    return envelope


def read_snapshot(keys, path):
    with open(path, "rb") as file:
        content = file.read(10 * MIB + 1)
    expect(4 <= len(content) <= 10 * MIB, "size of a snapshot")
    (length,) = struct.unpack_from("<I", content)
    expect(length <= 512, "length of an envelope")
    envelope_bytes, record = content[4 : 4 + length], content[4 + length :]
    envelope = read_envelope(envelope_bytes)
    identity = hashlib.sha256(envelope_bytes + hashlib.sha256(record).digest()).hexdigest()
    name = "%s/%012d-%s" % (envelope["device"], envelope["seq"], identity)
    expect(path.replace(os.sep, "/").endswith("/" + name), "a snapshot is not what its name says")
    header, refs, plaintext = open_record(keys, record, envelope_bytes)
    expect(header.type == SNAPSHOT and refs == [envelope["root"]], "root of a snapshot")
    return identity, envelope, json.loads(plaintext.decode("utf-8")), read_note(keys, path + ".note", identity)


def read_note(keys, path, identity):
    """What somebody wrote about a version; None where nobody did."""
    try:
        with open(path, "rb") as file:
            content = file.read(128 * 1024)
    except FileNotFoundError:
        return None
    header, refs, plaintext = open_record(keys, content)
    expect(header.type == NOTE and not refs and len(plaintext) <= 64 * 1024, "a note of another type")
    note = json.loads(plaintext.decode("utf-8"))
    expect(note["version"] == identity, "a note beside another version than its own")
    expect(len(note["name"]) <= 100 and len(note["note"]) <= 2000, "a note beyond a limit")
    return {name: note[name] for name in ("version", "name", "note", "writtenMs", "by")}


# --- the repository ------------------------------------------------------------------------------------------------------------


class Repository:
    def __init__(self, folder, key_text):
        self.folder = folder
        self.keys = unlock(folder, key_text)
        self.places = {}
        self.packs = []
        for name in self.files("packs", r"[0-9a-f]{2}/[0-9a-f]{64}"):
            kind, records, pack = read_pack(name, self.keys.uid)
            self.packs.append((name, kind, records))
            for offset, header in records:
                self.places[header.id] = (name, offset, header.length)
            if kind == "tree":
                twin = os.path.join(folder, "packs2", *name.split(os.sep)[-2:])
                with open(twin, "rb") as file:
                    expect(file.read() == pack, "a tree pack and its twin differ")

    def files(self, below, pattern):
        top = os.path.join(self.folder, below)
        found = [os.path.join(path, name) for path, _, names in os.walk(top) for name in names]
        return sorted(path for path in found if re.fullmatch(pattern, os.path.relpath(path, top).replace(os.sep, "/")))

    def content(self, kind, identity):
        expect(identity in self.places, "chunk %s is nowhere" % identity.hex())
        path, offset, length = self.places[identity]
        with open(path, "rb") as file:
            file.seek(offset)
            header, _, plaintext = open_record(self.keys, file.read(length))
        expect(header.type == kind and header.id == identity, "a chunk of another type or id")
        return plaintext

    def snapshots(self):
        for path in self.files("snapshots", r"[^/]+/[0-9]{12}-[0-9a-f]{64}"):
            if not os.path.exists(path + ".gone"):
                yield read_snapshot(self.keys, path)

    def entries(self, tree, level=None, first=None, before=None):
        """The entries of a folder, whichever nodes they lie in."""
        found, parts = read_tree(self.content(TREE, tree))
        names = [part[0] if found else part["name"] for part in parts]
        if level is not None:
            expect(found == level and names and names[0] == first and (before is None or names[-1] < before), "a misplaced node")
        if found == 0:
            yield from parts
            return
        for n, (name, below) in enumerate(parts):
            yield from self.entries(below, found - 1, name, names[n + 1] if n + 1 < len(names) else before)

    def walk(self, tree, path=b""):
        for entry in self.entries(tree):
            below = path + b"/" + entry["name"]
            yield below, entry
            if entry["type"] == 2:
                yield from self.walk(entry["tree"], below)

    def items(self, identity, size, level=None):
        found, parts = read_list(self.content(LIST, identity))
        expect(sum(length for length, _ in parts) == size and level in (None, found), "a misplaced list")
        for length, part in parts:
            if found:
                yield from self.items(part, length, found - 1)
            else:
                yield length, part

    def pieces(self, entry):
        """The file's bytes; a length for each hole."""
        kind, value = entry["content"]
        if kind == "inline":
            yield value
        for length, chunk in value if kind == "chunks" else self.items(value, entry["size"]) if kind == "list" else []:
            if chunk is None:
                yield length
            else:
                data = self.content(DATA, chunk)
                expect(len(data) == length, "a chunk of another length")
                yield data


def hash_of(repository, entry):
    digest = hashlib.sha256()
    for piece in repository.pieces(entry):
        for start in range(0, piece if isinstance(piece, int) else 0, MIB):
            digest.update(bytes(min(MIB, piece - start)))
        if not isinstance(piece, int):
            digest.update(piece)
    return digest.hexdigest()


def describe(repository, path, entry):
    line = {"path": text_of(path), "type": entry["type"], "mode": entry["mode"], "uid": entry["uid"], "gid": entry["gid"]}
    line["mtimeNs"] = str(entry["mtime"])
    if "content" in entry:
        line["size"], line["sha256"] = entry["size"], hash_of(repository, entry)
    if "target" in entry:
        line["target"] = text_of(entry["target"])
    line["extensions"] = [[text_of(key), text_of(value)] for key, value in entry["extensions"]]
    return line


def snapshot_line(identity, envelope, body, note):
    plain = {name: value.hex() if isinstance(value, bytes) else value for name, value in envelope.items()}
    line = {"id": identity, "envelope": plain, "body": body}
    return line if note is None else dict(line, note=note)


def check(repository):
    packs = []
    for path, kind, records in repository.packs:
        lines = []
        with open(path, "rb") as file:
            for offset, header in records:
                file.seek(offset)
                _, refs, plaintext = open_record(repository.keys, file.read(header.length))
                line = {"offset": offset, "length": header.length, "type": header.type, "codec": header.codec, "epoch": header.epoch}
                line.update(id=header.id.hex(), refs=[ref.hex() for ref in refs], sha256=hashlib.sha256(plaintext).hexdigest())
                lines.append(line)
        packs.append({"id": os.path.basename(path), "kind": kind, "records": lines})
    snapshots = []
    for identity, envelope, body, note in repository.snapshots():
        line = snapshot_line(identity, envelope, body, note)
        line["entries"] = [describe(repository, path, entry) for path, entry in repository.walk(envelope["root"])]
        snapshots.append(line)
    return {"packs": packs, "snapshots": snapshots}


def extract(repository, wanted, target):
    """Files, folders, links and times. Hardlinks come out as files of their own; owners and special files are left out."""
    root = next((envelope["root"] for identity, envelope, _, _ in repository.snapshots() if identity == wanted), None)
    expect(root is not None, "there is no such snapshot")
    os.mkdir(target)
    folders = []
    for path, entry in repository.walk(root):
        place = os.fsencode(target) + path
        if entry["type"] == 2:
            os.mkdir(place, 0o700)
            folders.append((place, entry))
        elif entry["type"] == 3:
            os.symlink(entry["target"], place)
        elif entry["type"] in (1, 4):
            with open(place, "xb") as file:
                for piece in repository.pieces(entry):
                    if isinstance(piece, int):
                        file.seek(piece, os.SEEK_CUR)
                    else:
                        file.write(piece)
                file.truncate(entry["size"])
            finish(place, entry)
    for place, entry in reversed(folders):
        finish(place, entry)


def finish(place, entry):
    os.chmod(place, entry["mode"])
    os.utime(place, ns=(entry["mtime"], entry["mtime"]))


def cut(keys, content):
    """chunks.md"""
    lengths, start = [], 0
    while start < len(content):
        left = len(content) - start
        length = min(left, 4194304)
        h = 0
        for k in range(262144, length if left > 262144 else 0):
            h = (2 * h + keys.gear[content[start + k]]) & 0xFFFFFFFF
            if h >> (10 if k < 1048576 else 14) == 0:
                length = k + 1
                break
        lengths.append(length)
        start += length
    return lengths


# --- self-backup.md, recovery-kit.md --------------------------------------------------------------------------------------------


def code_of_kit(text):
    block = re.search(r"-----BEGIN HOLDFAST RECOVERY KIT-----(.*?)-----END HOLDFAST RECOVERY KIT-----", text, re.S)
    return "-".join(re.findall(r"^code: *(\S+)", block[1], re.M)) if block else text


def read_self_backup(path, key_text):
    """The document, after all that can be checked of it: the name, the record, the shape."""
    with open(path, "rb") as file:
        content = file.read(10 * MIB + 1)
    expect(len(content) <= 10 * MIB, "a self-backup is at most 10 MiB")
    name = re.fullmatch(r"(\d{12})-([0-9a-f]{64})", os.path.basename(path))
    expect(name and hashlib.sha256(content).hexdigest() == name[2], "the file is not what its name says")
    secret, uid = parse_recovery_code(key_text), bytes(16)
    keys = Keys(uid, hkdf(secret, uid, b"hf1/box-id", 32), [hkdf(secret, uid, b"hf1/box", 32)])
    header, _refs, plaintext = open_record(keys, content)
    expect(header.type == BOX, "another type of record")
    document = json.loads(plaintext.decode("utf-8"))
    expect(document["format"] == 1 and len(strict_base64(document["masterKey"])) == 32, "not of format 1")
    for table in document["tables"]:
        expect(all(len(row) == len(table["columns"]) for row in table["rows"]), "a row of another length")
    return document


def self_test():
    """Test cases 13 to 16 of McGrew and Viega's GCM submission, and one changed tag, with every way to open that there is."""
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    nonce = bytes.fromhex("cafebabefacedbaddecaf888")
    ciphertext = bytes.fromhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
    )
    plaintext = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    cases = [
        (bytes(32), bytes(12), b"", b"", "530f8afbc74536b9a963b4f1c4cb738b", b""),
        (bytes(32), bytes(12), b"", bytes.fromhex("cea7403d4d606b6e074ec5d3baf39d18"), "d0d1c8a799996bf0265b98b5d48ab919", bytes(16)),
        (key, nonce, aad, ciphertext, "76fc6ece0f4e1768cddf8853bb2d551b", plaintext),
        (key, nonce, aad, ciphertext, "76fc6ece0f4e1768cddf8853bb2d551a", None),
    ]
    ways = [open_in_python] + ([open_with_libcrypto] if libcrypto else [])
    for way in ways:
        for case_key, case_nonce, case_aad, case_ciphertext, tag, expected in cases:
            opened = way(case_key, case_nonce, case_aad, case_ciphertext, bytes.fromhex(tag))
            expect(opened == expected, "%s fails a test case" % way.__name__)
    return {"ways": [way.__name__ for way in ways], "cases": len(cases), "zstd": "libzstd" if libzstd else "zstd"}


def main():
    parser = argparse.ArgumentParser(description="Reads a Holdfast repository of format 1.")
    parser.add_argument("command", choices=["check", "snapshots", "extract", "cut", "self-backup", "self-test"])
    parser.add_argument("folder", nargs="?")
    for option in ("--key", "--snapshot", "--to", "--file"):
        parser.add_argument(option)
    options = parser.parse_args()
    sys.setrecursionlimit(20_000)  # folders below folders: 1,024 at most, several frames each
    if options.command == "self-test":
        print(json.dumps(self_test()))
        return 0
    try:
        with open(options.key, encoding="utf-8") as file:
            key_text = code_of_kit(file.read())
        if options.command == "cut":
            with open(options.file, "rb") as file:
                print(json.dumps(cut(unlock(options.folder, key_text), file.read())))
            return 0
        if options.command == "self-backup":
            print(json.dumps(read_self_backup(options.folder, key_text)))
            return 0
        repository = Repository(options.folder, key_text)
        if options.command == "snapshots":
            print(json.dumps([snapshot_line(*snapshot) for snapshot in repository.snapshots()]))
        elif options.command == "check":
            print(json.dumps(check(repository)))
        else:
            extract(repository, options.snapshot, options.to)
        return 0
    except (Damaged, OSError, ValueError, KeyError, struct.error) as problem:
        print("decoder: %s: %s" % (type(problem).__name__, problem), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
