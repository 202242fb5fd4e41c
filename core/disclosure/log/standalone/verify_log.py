"""Verify an exported disclosure log, and receipts taken from it, without any of the program that wrote them.

    python3 -I verify_log.py DIRECTORY --vkey 'KEY' [--held CHECKPOINT]… [--receipt FILE [--entry FILE]]… [--list]

Needs Python 3.11 and the package `cryptography` (for Ed25519 alone).  Formats: C2SP signed-note, tlog-checkpoint,
tlog-tiles, tlog-cosignature, tlog-proof; the tree of RFC 6962 §2.1; entries in RFC 8785 JSON.  Exit status: 0 everything
verifies, 1 it does not (each finding is a sentence), 2 the command cannot be understood or a key is no key.

Take KEY from where it was given to you (a contract, the privacy notice), not from the export: whoever writes an export
can write a key into it.  A checkpoint kept from before (`--held`) is what shows that nothing was taken back since.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import itertools
import json
import os
import re
import struct
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterator

    Job = tuple[Path, int, int]  # directory, number and width of a bundle
    Block = tuple[list[bytes], list[tuple[Any, ...]]]  # leaf hashes, facts

WIDTH = 256  # hashes in a tile, entries in a bundle
MOST = WIDTH * (2 + 65_535)  # bytes of the longest bundle: nothing longer is read
TOLD = 100  # findings told; the rest are counted
LOG, COSIGNER = 0x01, 0x04  # types of keys
TILE = re.compile(r"tile/(entries|[0-7])/((?:x\d{3}/)*\d{3})(?:\.p/(\d{1,3}))?", re.ASCII)
LINE = 85  # bytes: version 1, number u32, tag 16, key commitment 32, SHA-256 of the ciphertext 32
FORMAT = "disclosure-log/v1/"
BESIDE = {"checkpoint", "vkey", "README.txt", "verify_log.py", "verify-log.sh"}

# fmt: off
SAYS = {  # every sentence: English, Finnish
    "own_key": ("NOTE: this key is the export's own and proves nothing of whose log it is; give --vkey.", "HUOM: avain on viennin oma eikä todista, kenen loki tämä on; anna --vkey."),
    "read": ("{0} entries read: {1}.", "Merkintöjä luettu {0}: {1}."),
    "open": ("Transfers without an outcome: {0}; in doubt: {1}.", "Luovutuksia ilman tulosta: {0}; epäselviä: {1}."),
    "held": ("The log begins with the {1} entries that {0} covers.", "Loki alkaa niillä {1} merkinnällä, jotka {0} kattaa."),
    "cosigned": ("Cosigned by {0}, {1}.", "Vahvistanut allekirjoituksellaan {0}, {1}."),
    "strangers": ("Signatures by keys that were not given: {0}.", "Allekirjoituksia, joiden avainta ei annettu: {0}."),
    "handed": ("The key you gave signed until its successors took over: {0}", "Antamasi avain allekirjoitti, kunnes seuraajat ottivat tehtävän: {0}"),
    "resumed": ("Entries {0} to {1} were put back after a restore.", "Merkinnät {0}–{1} on palautettu varmuuskopion käyttöönoton jälkeen."),
    "successor": ("From entry {0} on this is the successor of {1}, of which {2} entries are lost.", "Merkinnästä {0} alkaen tämä on lokin {1} seuraaja; siitä on kadonnut {2} merkintää."),
    "strange_key": ("The key you gave never signed this log.", "Antamasi avain ei ole koskaan allekirjoittanut tätä lokia."),
    "receipt": ("{0}: entry {1} stands in the log of {3}, signed at {2} entries.", "{0}: merkintä {1} on lokissa {3}, joka on allekirjoitettu {2} merkinnän pituisena."),
    "line": ("{0}: {1} line(s) of transfer {2}.", "{0}: luovutuksen {2} rivejä {1}."),
    "not_line": ("{0} does not prove a line of the transfer of the receipt.", "{0} ei todista kuitin luovutuksen riviä."),
    "lines": ("Lines of transfers compared: {0}.", "Verrattu luovutusten rivit: {0}."),
    "ok": ("VERIFIED: {0} entries of {1}, root {2}", "TODENNETTU: {0} merkintää, loki {1}, juuri {2}"),
    "ok_receipts": ("VERIFIED.", "TODENNETTU."),
    "bad": ("NOT VERIFIED. Findings: {0}", "EI TODENNETTU. Havaintoja: {0}"),
    "missing": ("{0} is missing or cannot be read.", "{0} puuttuu tai sitä ei voi lukea."),
    "bundle": ("{0} is missing or cut short; nothing is said of what follows.", "{0} puuttuu tai on katkennut; jatkosta ei sanota mitään."),
    "unexpected": ("{0} does not belong to a log of this size.", "{0} ei kuulu tämänkokoiseen lokiin."),
    "changed": ("{0} does not hold what the signed log says.", "{0} ei sisällä sitä, mitä allekirjoitettu loki sanoo."),
    "signature": ("{0} carries no valid signature by {1}.", "Tiedostossa {0} ei ole avaimen {1} pätevää allekirjoitusta."),
    "note": ("{0} is not a signed checkpoint.", "{0} ei ole allekirjoitettu tarkistuspiste."),
    "root": ("The entries do not give the signed root.", "Merkinnät eivät anna allekirjoitettua juurta."),
    "entry": ("Entry {0} is not an entry in canonical form.", "Merkintä {0} ei ole merkintä kanonisessa muodossa."),
    "story": ("Entry {0} does not follow from those before it.", "Merkintä {0} ei seuraa aiemmista merkinnöistä."),
    "back": ("{0} covers {1} entries, the log holds {2}: it went back in time.", "{0} kattaa {1} merkintää, lokissa on {2}: loki on palannut ajassa taaksepäin."),
    "fork": ("The log no longer begins with the {1} entries that {0} covers.", "Loki ei enää ala niillä {1} merkinnällä, jotka {0} kattaa."),
    "no_receipt": ("{0} is not a receipt.", "{0} ei ole kuitti."),
    "no_entry": ("{0}: its entry is not at hand; give it with --entry.", "{0}: kuitin merkintä puuttuu; anna se: --entry."),
    "not_in": ("{0} does not prove that the entry stands in the log.", "{0} ei todista, että merkintä on lokissa."),
}
KINDS = {"genesis": "alku", "intent": "aie", "outcome": "tulos", "approval": "hyväksyntä", "read": "katselu", "shred": "avaimen tuhoaminen", "key": "avaimen vaihto", "anchor": "ankkuri", "clock": "kellon siirto", "fault": "vika korjattu", "resume": "jatko", "review": "katselmus"}
MEMBERS = {"origin": "loki", "vkey": "avain", "policy": "säännöt", "software": "ohjelma", "predecessor": "edeltäjä", "id": "tunnus", "purpose": "tarkoitus", "basis": "peruste", "recipient": "vastaanottaja", "channel": "kanava", "country": "maa", "categories": "tietoryhmät", "count": "henkilöitä", "lines_root": "rivien juuri", "sealed": "suljettu osa", "intent": "aie", "state": "tila", "by": "lähde", "delivered": "toimitettu", "refused": "hylätty", "not_sent": "ei lähetetty", "in_doubt": "epäselvä", "digest": "tiiviste", "size": "koko", "root": "juuri", "reason": "syy", "approval": "hyväksyntä", "decided_by": "päättäjä", "decision": "päätös", "since": "alkaen", "until": "saakka", "action": "toimi", "keys": "avaimet", "event": "tapahtuma", "before": "ennen", "code": "koodi", "source": "kopio", "start": "alusta", "end": "loppuun", "verdict": "arvio", "sampled": "otanta", "findings": "havaintoja", "open": "avoinna"}
# Points of order 1, 2, 4, 8, sign bit cleared: anybody can sign anything under such a "key".
WEAK = {
    "0000000000000000000000000000000000000000000000000000000000000000", "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}
# fmt: on


def strict_base64(text: str) -> bytes:
    """The bytes of base64 in its one canonical form; ValueError otherwise."""
    content = base64.b64decode(text, validate=True)
    if base64.b64encode(content).decode() != text:
        raise ValueError(text)
    return content


class Key(NamedTuple):
    """A verification key, one line: ``name+id+base64(type || 32 bytes)``."""

    name: str
    type: int
    public: bytes

    @classmethod
    def parse(cls, line: str) -> Key:
        """From its line; ValueError when it is no key, or one under which anybody can sign."""
        name, _, encoded = line.split("+", 2)
        content = strict_base64(encoded)
        key = cls(name, content[0] if content else 0, content[1:])
        if key.line != line or len(key.public) != 32 or key.type not in (LOG, COSIGNER) or not name:
            raise ValueError(line)
        if (key.public[:-1] + bytes([key.public[-1] & 0x7F])).hex() in WEAK:
            raise ValueError(line)
        return key

    @property
    def id(self) -> bytes:
        """The four bytes that begin its signatures."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:4]

    @property
    def line(self) -> str:
        """As it is written."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.type]) + self.public).decode()}"

    def verify(self, text: bytes, signature: bytes) -> str:
        """When it was signed, if a cosigner did; ValueError when the signature is not good."""
        when = ""
        try:
            if self.type == COSIGNER:
                (seconds,) = struct.unpack(">Q", signature[:8])
                text = b"cosignature/v1\ntime %d\n" % seconds + text
                signature, when = signature[8:], moment(seconds * 1000)
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, struct.error) as error:
            raise ValueError(self.name) from error
        return when


def moment(milliseconds: int) -> str:
    """A time in UTC, or the number where no calendar reaches."""
    try:
        return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds):%Y-%m-%d %H:%M:%SZ}"
    except OverflowError:
        return str(milliseconds)


class Checkpoint(NamedTuple):
    """A signed note of three lines, taken apart; ``signatures`` are (key name, key id || signature)."""

    text: bytes
    origin: str
    size: int
    root: bytes
    signatures: list[tuple[str, bytes]]

    @classmethod
    def parse(cls, content: bytes) -> Checkpoint:
        """From its bytes; ValueError when it is none.  No signature is checked here."""
        split = content.rindex(b"\n\n") + 1
        origin, size, root, *more = content[:split].decode().split("\n")
        *lines, end = content[split + 1 :].decode().split("\n")
        parts = [line.split(" ") for line in lines]
        if any(len(part) != 3 or part[0] != "—" or not part[1] or "+" in part[1] for part in parts):
            raise ValueError(lines)
        sized = re.fullmatch("0|[1-9][0-9]{0,18}", size, re.ASCII) and len(strict_base64(root)) == 32
        plain = not any(char < " " and char != "\n" for char in content.decode())
        if (
            not (sized and plain and origin and more[-1:] == [""] and all(more[:-1]) and not end)
            or not 0 < len(lines) <= 100
        ):
            raise ValueError(origin)
        signatures = [(name, strict_base64(encoded)) for _, name, encoded in parts]
        return cls(content[:split], origin, int(size), strict_base64(root), signatures)

    def signers(self, keys: list[Key]) -> dict[str, str]:
        """Which of *keys* signed, and when; ValueError when the signature of one does not verify."""
        known = {(key.name, key.id): key for key in keys}
        lines = [(known.get((name, content[:4])), content[4:]) for name, content in self.signatures]
        return {key.line: key.verify(self.text, signature) for key, signature in lines if key}


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(level: list[bytes]) -> bytes:
    """The root over hashes: neighbours joined level by level, an odd last one moved up."""
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [node_hash(left, right) for left, right in pairs] + (level[-1:] if len(level) % 2 else [])
    return level[0] if level else hashlib.sha256(b"").digest()


def is_included(index: int, size: int, leaf: bytes, path: list[bytes], root: bytes) -> bool:
    """Whether an inclusion proof holds (RFC 9162 §2.1.3.2)."""
    last = size - 1
    if index > last or any(len(value) != 32 for value in path):
        return False
    for value in path:
        if not last:
            return False
        if index & 1 or index == last:
            leaf = node_hash(value, leaf)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            leaf = node_hash(leaf, value)
        index, last = index >> 1, last >> 1
    return not last and leaf == root


class Receipt(NamedTuple):
    """A tlog-proof taken apart; ``extra`` (the entry, in ours) proves nothing until the hashes do."""

    place: int
    extra: bytes | None
    hashes: list[bytes]
    note: bytes

    @classmethod
    def parse(cls, content: bytes) -> Receipt:
        """From its bytes; ValueError or IndexError when it is none."""
        head, note = content.split(b"\n\n", 1)
        title, *rows = head.decode().split("\n")
        extra = strict_base64(rows.pop(0).removeprefix("extra ")) if rows[0].startswith("extra ") else None
        index = int(rows[0].removeprefix("index "))
        hashes = [strict_base64(row) for row in rows[1:]]
        if title != "c2sp.org/tlog-proof@v1" or rows[0] != f"index {index}" or index < 0 or len(hashes) > 63:
            raise ValueError(title)
        return cls(index, extra, hashes, note)

    def proves(self, entry: bytes, checkpoint: Checkpoint) -> bool:
        """Whether *entry* stands at the index in the tree of *checkpoint*."""
        return is_included(self.place, checkpoint.size, leaf_hash(entry), self.hashes, checkpoint.root)


def tile_path(level: str, number: int, width: int) -> str:
    """Where a tile, or a bundle of entries, lies: number 1234067 is ``x001/x234/067``."""
    groups = f"{number % 1000:03d}"
    while number := number // 1000:
        groups = f"x{number % 1000:03d}/{groups}"
    return f"tile/{level}/{groups}" + ("" if width == WIDTH else f".p/{width}")


def read(path: Path, most: int = MOST) -> bytes | None:
    """A plain file's bytes; None when there is none or it is longer than *most*."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except OSError:
        return None
    return content if len(content) <= most else None


def split_bundle(content: bytes | None, width: int) -> list[bytes] | None:
    """The entries of a bundle, each after its length in two bytes; None unless they are *width*, to the last byte."""
    entries: list[bytes] = []
    at = 0
    while content is not None and at + 2 <= len(content) and len(entries) < width:
        start = at + 2
        at = start + (content[at] << 8 | content[at + 1])
        entries.append(content[start:at])
    return entries if content is not None and at == len(content) and len(entries) == width else None


# What the story needs of an entry, by kind.
STORY = {
    "genesis": ("origin", "vkey", "predecessor"),
    "intent": ("id", "count", "lines_root"),
    "read": ("id", "count", "lines_root"),
    "outcome": ("intent", "delivered", "refused", "not_sent", "in_doubt"),
    "key": ("event", "vkey"),
    "anchor": ("size", "root"),
    "review": ("end", "root"),
    "resume": ("end", "root", "start"),
}
ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def parse_entry(entry: bytes) -> dict[str, Any] | None:
    """An entry's members; None unless these very bytes are the canonical form of one."""
    try:
        members = json.loads(entry)
        if ENCODER.encode(members).encode() != entry or not members["t"].startswith(FORMAT):
            return None
        return members if type(members["ts"]) is int and members["ts"] >= 0 else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def check_bundle(job: Job) -> Block | None:
    """A bundle's leaf hashes, and of each entry what the story needs; None when it cannot be taken apart."""
    directory, number, width = job
    entries = split_bundle(read(directory / tile_path("entries", number, width)), width)
    if entries is None:
        return None
    facts = []
    for entry in entries:
        members = parse_entry(entry) or {"t": FORMAT}
        kind = members["t"].removeprefix(FORMAT)
        facts.append((kind, *(members.get(name) for name in STORY.get(kind, ()))))
    return [leaf_hash(entry) for entry in entries], facts


class Check:
    """The verification of one export and of receipts; findings and remarks are (name of a sentence, its parts)."""

    def __init__(self, directory: Path, key: Key, cosigners: list[Key]) -> None:
        self.directory, self.key, self.cosigners = directory, key, cosigners
        self.findings: list[tuple[Any, ...]] = []
        self.remarks: list[tuple[Any, ...]] = []
        self.count = 0
        self.checkpoint: Checkpoint | None = None
        self.leaves: list[bytes] = []
        self.levels: list[list[bytes]] = []
        self.eras: list[tuple[int, list[Key]]] = []  # from which size on which keys sign
        self.lines = 0
        self.proved: dict[str, Any] = {}  # the entry of the last receipt that verified
        self.kinds: Counter[str] = Counter()
        self.batches: dict[str, list[Any]] = {}  # transfers and reads: count, root of the lines, last entry
        self.stated: list[tuple[int, int, str]] = []  # entry, size, root that the tree had
        self.resumed: list[tuple[int, int]] = []
        self.open: dict[str, int] = {}
        self.doubtful: dict[str, int] = {}

    def find(self, *finding: object) -> None:
        """One more finding."""
        self.count += 1
        if len(self.findings) < TOLD:
            self.findings.append(finding)

    def keys_at(self, size: int) -> list[Key]:
        """Which keys sign a checkpoint of that size: what the log says, or the one that was given."""
        return next((keys for first, keys in reversed(self.eras) if first <= size), [self.key])

    def opened(self, content: bytes | None, name: object, *, held: bool = False) -> Checkpoint | None:
        """The checkpoint in *content*, once every key of its time is found to have signed it.

        One that is *held* may be of a log that this one succeeds, and cover what was lost of it.
        """
        try:
            checkpoint = Checkpoint.parse(content or b"")
        except ValueError:
            self.find("note", name)
            return None
        present = self.keys_at(checkpoint.size)
        earlier = [keys for _, keys in self.eras if held and keys[0].name != present[0].name]
        for keys in (present, *earlier):
            with contextlib.suppress(ValueError):
                if checkpoint.origin == keys[0].name and len(checkpoint.signers(keys)) == len(keys):
                    return checkpoint
        self.find("signature", name, present[0].name)
        return None

    def run(self, held: list[Path]) -> None:
        """Everything in the directory: each byte of each file counts."""
        content = read(self.directory / "checkpoint")
        try:
            size = Checkpoint.parse(content or b"").size
        except ValueError:
            self.find("note", "checkpoint")
            return
        # The entries come first: they tell which keys sign, and it is for the signatures to confirm them.
        if not self._entries(size):
            return
        self.checkpoint = self.opened(content, "checkpoint")
        if self.checkpoint is None:
            return
        if self.root_at(size) != self.checkpoint.root:
            self.find("root")
        if read(self.directory / "vkey") != f"{self.keys_at(size)[-1].line}\n".encode():
            self.find("changed", "vkey")
        self._cosignatures(self.checkpoint)
        self._files()
        for index, end, root in self.stated:
            if end > index or self.root_at(end).hex() != root:
                self.find("story", index)
        for path in held:
            self.compare(self.opened(read(path), path, held=True), path)
        for path in sorted(self.directory.glob("checkpoints/*")):
            self._earlier(path)
        self._trust()

    def _earlier(self, path: Path) -> None:
        """A checkpoint of the export that others have cosigned."""
        earlier = self.opened(read(path), path)
        if earlier is not None:
            self._cosignatures(earlier)
            if path.name != str(earlier.size) or self.root_at(earlier.size) != earlier.root:
                self.find("changed", path)

    def _cosignatures(self, checkpoint: Checkpoint) -> None:
        for key in self.cosigners:
            try:
                self.remarks += [("cosigned", key.name, when) for when in checkpoint.signers([key]).values()]
            except ValueError:
                self.find("signature", "checkpoint", key.name)
        known = {(key.name, key.id) for key in (*self.keys_at(checkpoint.size), *self.cosigners)}
        strangers = sum((name, content[:4]) not in known for name, content in checkpoint.signatures)
        if strangers:
            self.remarks.append(("strangers", strangers))

    def _entries(self, size: int) -> bool:
        """Read every bundle, follow the story; False when one cannot be read, so that nothing more can be said."""
        jobs = ((self.directory, at // WIDTH, min(WIDTH, size - at)) for at in range(0, size, WIDTH))
        for number, block in enumerate(self._checked(jobs, long=size > 64 * WIDTH)):
            if block is None:
                self.find("bundle", tile_path("entries", number, min(WIDTH, size - number * WIDTH)))
                return False
            for index, (kind, *more) in enumerate(block[1], len(self.leaves)):
                self._follow(index, kind, more)
            self.leaves += block[0]
        self.levels = [self.leaves]
        while len(below := self.levels[-1]) >= WIDTH:
            self.levels.append(
                [root_of(below[at - WIDTH : at]) for at in range(WIDTH, len(below) + 1, WIDTH)]
            )
        return True

    def root_at(self, size: int) -> bytes:
        """The root that the log had at *size*, folded from the unfinished tile of each level."""
        rest: list[bytes] = []
        for level, hashes in enumerate(self.levels if size <= len(self.leaves) else []):
            end = size >> 8 * level
            while end % WIDTH:
                start = end - (end & -end)
                rest = [root_of([root_of(hashes[start:end]), *rest])]
                end = start
        return root_of(rest)

    def _trust(self) -> None:
        """The given key signs now, or was followed by keys that each one before brought in under its signature."""
        present = [key.line for key in self.keys_at(len(self.leaves))]
        vouched = {}
        for (_, before), (_, after) in itertools.pairwise(self.eras):
            if len(before) == 2:
                path = self.directory / "keys" / f"{before[0].id.hex()}.tlog-proof"
                if not self._brings_in(path, before[0], after[0]):
                    self.find("changed", path)
                vouched[before[0].line] = after[0].line
        for path in self.directory.glob("keys/*"):
            if (
                path.stem not in {Key.parse(line).id.hex() for line in vouched}
                or path.suffix != ".tlog-proof"
            ):
                self.find("unexpected", path)
        line = self.key.line
        while line not in present and line in vouched:
            line = vouched[line]
        if self.eras and line not in present:
            self.find("strange_key")
        elif line != self.key.line:
            self.remarks.append(("handed", line))

    def _brings_in(self, path: Path, before: Key, after: Key) -> bool:
        try:
            receipt = Receipt.parse(read(path) or b"")
            checkpoint = Checkpoint.parse(receipt.note)
            members = parse_entry(receipt.extra or b"") or {}
            signed = len(checkpoint.signers([before, after])) == 2
            here = self.leaves[receipt.place] == leaf_hash(receipt.extra or b"")
        except (ValueError, IndexError):
            return False
        named = (members.get("t"), members.get("event"), members.get("vkey")) == (
            f"{FORMAT}key",
            "begun",
            after.line,
        )
        grown = checkpoint.size <= len(self.leaves) and self.root_at(checkpoint.size) == checkpoint.root
        return signed and here and named and grown and receipt.proves(receipt.extra or b"", checkpoint)

    @staticmethod
    def _checked(jobs: Iterator[Job], *, long: bool) -> Iterator[Block | None]:
        """Each bundle in order, a few at a time; processors share a long log."""
        if not long or os.cpu_count() == 1:
            yield from map(check_bundle, jobs)
            return
        with ProcessPoolExecutor() as pool:
            while some := list(itertools.islice(jobs, 512)):
                yield from pool.map(check_bundle, some, chunksize=16)

    def _files(self) -> None:
        """Each tile holds the hashes that the entries give; all that should be there is, and nothing else."""
        named = {**{str(level): hashes for level, hashes in enumerate(self.levels)}, "entries": self.leaves}
        missing = {
            tile_path(level, at // WIDTH, min(WIDTH, len(hashes) - at))
            for level, hashes in named.items()
            for at in range(0, len(hashes), WIDTH)
        }
        for folder, folders, names in os.walk(self.directory):
            links = [name for name in folders if Path(folder, name).is_symlink()]
            for path in (Path(folder, name) for name in names + links):
                relative = path.relative_to(self.directory).as_posix()
                missing.discard(relative)
                if relative.startswith("lines/"):
                    self._lines(relative)
                elif relative not in BESIDE and not relative.startswith(("keys/", "checkpoints/")):
                    self._tile(relative, named)
        for relative in sorted(missing):
            self.find("missing", relative)

    def _tile(self, path: str, named: dict[str, list[bytes]]) -> None:
        """One tile or bundle; a shorter form, left from when the log was smaller, holds the beginning of it."""
        shape = TILE.fullmatch(path)
        level, number, width = shape.groups() if shape else ("", "0", "0")
        start, wide = WIDTH * int(re.sub("[x/]", "", number)), int(width or WIDTH)
        hashes = named.get(level, [])[start : start + wide]
        if tile_path(level, start // WIDTH, wide) != path or len(hashes) != wide or not wide:
            self.find("unexpected", path)
        elif level != "entries" and read(self.directory / path) != b"".join(hashes):
            self.find("changed", path)
        elif level == "entries" and wide != min(WIDTH, len(self.leaves) - start):  # else it is what was read
            entries = split_bundle(read(self.directory / path), wide) or []
            if [leaf_hash(entry) for entry in entries] != hashes:
                self.find("changed", path)

    def _follow(self, index: int, kind: str, more: list[Any]) -> None:
        """The story: one beginning, each outcome after its intent and of all its persons, nothing settled twice."""
        self.kinds[kind or "?"] += 1
        fits = bool(kind) and (kind == "genesis" or index > 0)
        if kind in ("intent", "read"):
            transfer, count, root = more
            fits = fits and isinstance(transfer, str) and type(count) is int and transfer not in self.batches
            if fits:
                self.batches[transfer] = [count, root, index]
                self.open |= {transfer: count} if kind == "intent" else {}
        elif kind == "outcome":
            fits = fits and self._settle(index, str(more[0]), more[1:])
        elif kind in ("genesis", "key"):
            fits = fits and self._turn(index, kind, more)
        elif kind in ("anchor", "review"):
            fits = fits and type(more[0]) is int and more[0] >= 0
            self.stated += [(index, more[0], str(more[1]))] if fits else []
        elif kind == "resume":
            end, root, start = more
            fits = fits and end == index and type(start) is int and 0 <= start < index
            self.stated += [(index, index, str(root))] if fits else []
            self.resumed += [(start, index)] if fits else []
            self.remarks += [("resumed", start, index - 1)] if fits else []
        if not fits:
            self.find("story" if kind else "entry", index)

    def _settle(self, index: int, transfer: str, counts: list[Any]) -> bool:
        """An outcome; one that was put back from a copy may be stated again."""
        count = self.open.pop(transfer, None) or self.doubtful.pop(transfer, None)
        if count is None and transfer in self.batches:
            again = any(start <= self.batches[transfer][2] < end for start, end in self.resumed)
            count = self.batches[transfer][0] if again else None
        if count is None or any(type(one) is not int for one in counts) or sum(counts) != count:
            return False
        self.batches[transfer][2] = index
        if counts[-1]:
            self.doubtful[transfer] = count
        return True

    def _turn(self, index: int, kind: str, more: list[Any]) -> bool:
        """Genesis and key entries say who signs from the next entry on; while keys change, both do."""
        try:
            key = Key.parse(str(more[1]))
        except ValueError:
            return False
        present = self.eras[-1][1] if self.eras else []
        if kind == "genesis":
            fits, keys = key.name == more[0] and (not present or self._succeeds(index, key, more[2])), [key]
        elif more[0] == "begun":
            fits, keys = (
                len(present) == 1 and key.name == present[0].name and key not in present,
                [*present, key],
            )
        else:
            fits, keys = len(present) > 1 and key == present[0], present[1:]
        if fits:
            self.eras.append((index + 1 if index else 0, keys))
        return fits

    def _succeeds(self, index: int, key: Key, before: Any) -> bool:
        """A log within a log: under another name it goes on with what is left of the one before, and owns to the loss."""
        named = before if isinstance(before, dict) else {}
        name, size, lost = named.get("origin"), named.get("size"), named.get("lost", 0)
        if type(size) is not int or type(lost) is not int or lost != max(0, size - index):
            return False
        self.remarks.append(("successor", index, name, lost))
        return bool(name == self.eras[-1][1][0].name != key.name)

    def _lines(self, path: str) -> None:
        """A transfer's lines: numbered from 0, as many as its intent says, under its root."""
        count, root, _ = self.batches.get(path.removeprefix("lines/"), [0, "", 0])
        content = read(self.directory / path, count * LINE) or b""
        rows = [content[at : at + LINE] for at in range(0, len(content), LINE)]
        numbered = all(row[:5] == struct.pack(">BI", 1, place) for place, row in enumerate(rows))
        if len(rows) != count or not numbered or root_of([leaf_hash(row) for row in rows]).hex() != root:
            self.find("changed", path)
        else:
            self.lines += 1

    def compare(self, held: Checkpoint | None, name: object) -> None:
        """The log must still begin with what a checkpoint kept from before says."""
        if held is None or self.checkpoint is None:
            return
        # Of a log that this one succeeds, what the successor took over is left.
        names = [keys[0].name for _, keys in self.eras]
        after = len(names) - names[::-1].index(held.origin) if held.origin in names else len(names)
        left = self.eras[after][0] - 1 if after < len(names) else len(self.leaves)
        if held.size > left:
            self.find("back", name, held.size, left)
        elif self.root_at(held.size) != held.root:
            self.find("fork", name, held.size)
        else:
            self.remarks.append(("held", name, held.size))

    def bundle(self, number: int) -> list[bytes]:
        """The entries of one bundle of the export."""
        width = min(WIDTH, len(self.leaves) - number * WIDTH)
        return split_bundle(read(self.directory / tile_path("entries", number, width)), width) or []

    def receipt(self, path: Path, entry: bytes | None) -> None:
        """A receipt (tlog-proof): its entry, given or carried along, stands in a signed checkpoint."""
        try:
            receipt = Receipt.parse(read(path) or b"")
        except (ValueError, IndexError):
            self.find("no_receipt", path)
            return
        checkpoint = self.opened(receipt.note, path)
        entry = receipt.extra if entry is None else entry
        if checkpoint is None:
            return
        if entry is None:
            self.find("no_entry", path)
        elif not receipt.proves(entry, checkpoint):
            self.find("not_in", path)
        else:
            self.remarks.append(("receipt", path, receipt.place, checkpoint.size, checkpoint.origin))
            self.compare(checkpoint, path)
            self.proved = parse_entry(entry) or {}

    def line_receipt(self, path: Path) -> None:
        """One person's lines stand in the transfer whose receipt was verified before."""
        try:
            blocks = [
                block.split("\n") for block in (read(path) or b"").decode().removesuffix("\n").split("\n\n")
            ]
            proofs = [[strict_base64(row.removeprefix("line ")) for row in block[2:]] for block in blocks]
            places = [struct.unpack(">BI", line[:5]) for line, *_ in proofs]
            count, root = (
                int(self.proved.get("count", 0)),
                bytes.fromhex(str(self.proved.get("lines_root", ""))),
            )
        except (ValueError, TypeError, struct.error):
            self.find("no_receipt", path)
            return
        for block, (version, place), (line, *hashes) in zip(blocks, places, proofs, strict=True):
            titled = block[:2] == ["disclosure-log/line-proof@v1", f"transfer {self.proved.get('id')}"]
            shaped = len(line) == LINE and version == 1
            if not (titled and shaped and is_included(place, count, leaf_hash(line), hashes, root)):
                self.find("not_line", path)
                return
        self.remarks.append(("line", path, len(blocks), self.proved["id"]))


def listed(index: int, members: dict[str, Any], *, finnish: bool) -> str:
    """An entry in words, on one line."""
    kind = members["t"].removeprefix(FORMAT)
    parts = [
        f"{MEMBERS.get(name, name) if finnish else name.replace('_', ' ')} "
        f"{', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in members.items()
        if name not in ("t", "ts")
    ]
    return f"{index:>8}  {moment(members['ts'])}  {KINDS.get(kind, kind) if finnish else kind}: {'; '.join(parts)}"


def arguments(given: list[str]) -> argparse.Namespace:
    """The command line, keys and files opened."""
    parser = argparse.ArgumentParser(prog="verify_log.py", description="Verify an exported disclosure log.")
    parser.add_argument("directory", nargs="?", type=Path, help="what `rekisteri log export` wrote")
    parser.add_argument("--vkey", help="the log's verification key, as it was given to you")
    parser.add_argument(
        "--held", action="append", default=[], type=Path, help="a checkpoint kept from before"
    )
    parser.add_argument("--receipt", action="append", default=[], type=Path, help="a .tlog-proof file")
    parser.add_argument(
        "--line", action="append", default=[], type=Path, help="a person's lines in that transfer"
    )
    parser.add_argument("--entry", type=Path, help="the receipt's entry, when there is no export at hand")
    parser.add_argument("--cosigner", action="append", default=[], help="the key of somebody who cosigns")
    parser.add_argument("--list", action="store_true", help="every entry in words")
    parser.add_argument("--language", choices=("fi", "en"), default="en")
    options = parser.parse_args(given)
    if options.directory is None and not (options.vkey and options.receipt):
        parser.error("give a DIRECTORY, or --vkey and --receipt")
    try:
        own = b"" if options.vkey else read(options.directory / "vkey", 1000) or b""
        options.key = Key.parse(options.vkey or own.decode().removesuffix("\n"))
        options.cosigners = [Key.parse(line) for line in options.cosigner]
    except ValueError:
        parser.error("not a verification key: name+8 hexadecimal digits+base64")
    return options


def report(check: Check, *, own_key: bool, finnish: bool) -> Iterator[str]:
    """What was found, in sentences."""
    said: list[tuple[Any, ...]] = [("own_key",)] if own_key else []
    if check.kinds:
        kinds = (
            f"{KINDS.get(kind, kind) if finnish else kind} {many}"
            for kind, many in sorted(check.kinds.items())
        )
        said += [
            ("read", len(check.leaves), ", ".join(kinds)),
            ("open", len(check.open), len(check.doubtful)),
        ]
    said += [*check.remarks, *([("lines", check.lines)] if check.lines else [])]
    if check.count:
        said += [("bad", check.count), *check.findings]
    elif check.checkpoint:
        said.append(("ok", check.checkpoint.size, check.checkpoint.origin, check.checkpoint.root.hex()))
    else:
        said.append(("ok_receipts",))
    for name, *parts in said:
        yield SAYS[name][finnish].format(*parts)


def main(given: list[str]) -> int:
    """Verify, say what was found, return the exit status."""
    options = arguments(given)
    finnish = options.language == "fi"

    def say(line: str) -> None:
        # Nothing that stands in a file may command the terminal.
        sys.stdout.write("".join(char if char.isprintable() else "?" for char in line) + "\n")

    check = Check(options.directory or Path(), options.key, options.cosigners)
    if options.directory is not None:
        check.run(options.held)
    for path in options.receipt:
        check.receipt(path, read(options.entry) or b"" if options.entry else None)
    for path in options.line:
        check.line_receipt(path)
    for start in range(0, len(check.leaves) if options.list else 0, WIDTH):
        for index, entry in enumerate(check.bundle(start // WIDTH), start):
            say(listed(index, parse_entry(entry) or {"t": "?", "ts": 0}, finnish=finnish))
    for line in report(check, own_key=options.vkey is None, finnish=finnish):
        say(line)
    return 1 if check.count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
