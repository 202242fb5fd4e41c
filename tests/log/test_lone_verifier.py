"""The verifier that goes with every export: alone, on logs of every awkward size, and against every changed byte."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from core.disclosure.log import DisclosureLog, LogSigner
from core.disclosure.log.cosignature import Cosigner, WitnessState, cosign
from core.disclosure.log.cosigned import add_cosignatures
from core.disclosure.log.line_receipt import encode_line_receipts, line_receipt
from core.disclosure.log.lines import Line, encode_lines, lines_root
from core.disclosure.log.proofs import receipt_of
from core.disclosure.log.rotation import begin_rotation, finish_rotation
from core.disclosure.log.standalone import verify_log
from core.disclosure.log.standalone.verify_log import Check, Checkpoint, Key
from tests.support.log_bodies import add, event, fill, intent, outcome
from tests.support.log_bulk import bulk

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.database import Database

SECONDS = 300


def lone(out: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the export's own copy, isolated from this checkout and from the environment."""
    command = [sys.executable, "-I", str(out / "verify_log.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")


def by_hand(out: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the export's own shell script."""
    return subprocess.run(
        ["sh", str(out / "verify-log.sh"), *map(str, arguments)], capture_output=True, text=True, check=False
    )


def exported(log: DisclosureLog, out: Path) -> Path:
    """The log as it stands, signed and exported."""
    log.sign()
    log.export(out)
    return out


def findings(out: Path, key: Key) -> list[str]:
    """The names of what the verifier finds, in this process."""
    check = Check(out, key, [])
    check.run([])
    return [str(name) for name, *_ in check.findings]


def test_verifier_imports_nothing_of_ours() -> None:
    """Loading the file loads no package of the register's and nothing outside the standard library but cryptography."""
    source = Path(verify_log.__file__)
    code = f"import runpy, sys; runpy.run_path({str(source)!r}); print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    rooms = {name.partition(".")[0] for name in loaded.stdout.split()}
    foreign = rooms - set(sys.stdlib_module_names) - {"cryptography", "_cffi_backend", "sitecustomize"}
    assert not {name for name in foreign if not name.startswith("_")}


def test_empty_log_verifies(database: Database, signer: LogSigner, tmp_path: Path) -> None:
    """A signed log without entries verifies alone and by hand, on each database."""
    log = DisclosureLog(database, signer, database.clock)
    out = exported(log, tmp_path / "out")
    done = lone(out, out, "--vkey", log.vkey)
    assert (done.returncode, done.stderr) == (0, "")
    assert "VERIFIED: 0 entries" in done.stdout
    assert by_hand(out, out, log.vkey).returncode == 0


@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 65_535, 65_536, 65_537])
def test_logs_of_awkward_sizes_verify(sqlite_log: DisclosureLog, tmp_path: Path, size: int) -> None:
    """At and around full tiles of each level the export verifies alone and by hand, in both languages."""
    bulk(sqlite_log, size)
    out = exported(sqlite_log, tmp_path / "out")
    done = lone(out, out, "--vkey", sqlite_log.vkey, "--held", out / "checkpoint")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"VERIFIED: {size} entries of {sqlite_log.origin}" in done.stdout
    if size < 1000:
        finnish = lone(out, out, "--language", "fi").stdout
        assert f"TODENNETTU: {size} merkintää" in finnish
        assert "eikä todista, kenen loki" in finnish
    chosen = ["-b", str((size - 1) // 256)] if size > 1000 else []
    hand = by_hand(out, *chosen, out, sqlite_log.vkey)
    assert (hand.returncode, hand.stderr) == (0, "")
    assert f"verified: {size} entries" in hand.stdout


@pytest.mark.timeout(SECONDS)
def test_million_entries_verify(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """A million entries go through the exporter and verify alone; a fault in the middle is found; so is a hand's check."""
    bulk(sqlite_log, 1_000_000)
    out = exported(sqlite_log, tmp_path / "out")
    done = lone(out, out, "--vkey", sqlite_log.vkey)
    assert (done.returncode, done.stderr) == (0, "")
    assert "VERIFIED: 1000000 entries" in done.stdout
    assert "genesis 1, intent 500000, outcome 499999" in done.stdout
    hand = by_hand(out, "-b", "1953", out, sqlite_log.vkey)
    assert (hand.returncode, hand.stderr) == (0, "")
    bundle = out / "tile/entries/x001/953"
    content = bytearray(bundle.read_bytes())
    content[5000] ^= 1
    bundle.write_bytes(content)
    assert lone(out, out, "--vkey", sqlite_log.vkey).returncode == 1
    assert by_hand(out, "-b", "1953", out, sqlite_log.vkey).returncode == 1


@pytest.mark.timeout(SECONDS)
def test_every_changed_byte_of_a_thousand_entries_is_found(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """Each byte of each entry, tile and checkpoint of a log of 1,000 entries, changed, is found by the verifier's own steps.

    Each of a byte's eight bits is flipped in entries, lengths and the checkpoint; in tiles the byte becomes another one.
    What is kept from one change to the next are hashes of bytes that did not change: a byte inside an entry goes
    through that entry's hash, a length through the bundle, a tile through its file, the checkpoint through its signature.
    """
    bulk(sqlite_log, 1000)
    out = exported(sqlite_log, tmp_path / "out")
    key = Key.parse(sqlite_log.vkey)
    assert findings(out, key) == []
    found = sum(
        _changed_entries(out / verify_log.tile_path("entries", number, width), width)
        for number, width in _bundles()
    )
    assert found == sum((out / verify_log.tile_path("entries", *it)).stat().st_size for it in _bundles())
    check = Check(out, key, [])
    check.run([])
    named = {**{str(level): hashes for level, hashes in enumerate(check.levels)}, "entries": check.leaves}
    for path in ("tile/0/000", "tile/0/003.p/232", "tile/1/000.p/3"):
        _every_byte(out / path, lambda path=path: check._tile(path, named), check)  # type: ignore[misc]
    content = (out / "checkpoint").read_bytes()
    for at in range(len(content)):
        assert not any(_opens(changed, key) for changed in _flipped(content, at)), at


def _bundles() -> list[tuple[int, int]]:
    return [(0, 256), (1, 256), (2, 256), (3, 232)]


def _changed_entries(path: Path, width: int) -> int:
    """How many of a bundle's bytes, changed, are found."""
    content = path.read_bytes()
    entries = verify_log.split_bundle(content, width)
    assert entries is not None
    leaves = [verify_log.leaf_hash(entry) for entry in entries]
    found = at = 0
    for entry, leaf in zip(entries, leaves, strict=True):
        for place in (at, at + 1):
            found += all(_framed_otherwise(it, width, entries) for it in _flipped(content, place))
        for place in range(len(entry)):
            head, tail = entry[:place], entry[place + 1 :]
            found += all(
                verify_log.leaf_hash(head + bytes([entry[place] ^ 1 << bit]) + tail) != leaf
                for bit in range(8)
            )
        at += 2 + len(entry)
    return found


def _flipped(content: bytes, at: int) -> list[bytes]:
    return [content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :] for bit in range(8)]


def _framed_otherwise(content: bytes, width: int, entries: list[bytes]) -> bool:
    return verify_log.split_bundle(content, width) not in (entries, [])


def _every_byte(path: Path, verify: Callable[[], None], check: Check) -> None:
    content = path.read_bytes()
    changed = bytearray(content)
    for at in range(len(content)):
        changed[at] ^= 1 + at % 255
        path.write_bytes(changed)
        before = check.count
        verify()
        assert check.count == before + 1, (path, at)
        changed[at] = content[at]
    path.write_bytes(content)


def _opens(content: bytes, key: Key) -> bool:
    try:
        checkpoint = Checkpoint.parse(content)
        return checkpoint.origin == key.name and len(checkpoint.signers([key])) == 1
    except ValueError:
        return False


def test_changed_bytes_are_found_by_the_whole_program(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """Bytes chosen by lot in every file, changed, cut off or added, end the program with 1 and a sentence."""
    bulk(sqlite_log, 300)
    out = exported(sqlite_log, tmp_path / "out")
    rng = Random(3)
    for path in [
        it
        for it in out.rglob("*")
        if (it.is_file() and it.parent != out) or it.name in ("checkpoint", "vkey")
    ]:
        content = path.read_bytes()
        at = rng.randrange(len(content))
        for changed in (
            content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :],
            content[:-1],
            content + b"\n",
            b"",
        ):
            path.write_bytes(changed)
            done = lone(out, out, "--vkey", sqlite_log.vkey)
            assert (done.returncode, done.stderr) == (1, ""), (path, at)
            assert "NOT VERIFIED" in done.stdout
        path.write_bytes(content)
    assert lone(out, out, "--vkey", sqlite_log.vkey).returncode == 0


def test_missing_and_added_files_are_found(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """A file taken away, a stranger's file and a link are findings."""
    bulk(sqlite_log, 600)
    out = exported(sqlite_log, tmp_path / "out")
    key = Key.parse(sqlite_log.vkey)
    for path, name in (
        ("tile/0/001", "missing"),
        ("tile/1/000.p/2", "missing"),
        ("tile/entries/001", "bundle"),
    ):
        (out / path).rename(tmp_path / "kept")
        assert findings(out, key) == [name]
        (tmp_path / "kept").rename(out / path)
    for path in ("tile/0/009", "tile/2/000", "notes.txt", "tile/0/002.p/89", "tile/0/0002", "lines/x"):
        (out / path).parent.mkdir(exist_ok=True)
        (out / path).write_bytes(b"x" * 32)
        assert findings(out, key) != [], path
        (out / path).unlink()
    (out / "tile/5").symlink_to(out / "tile/0")
    assert findings(out, key) == ["unexpected"]


def test_forks_and_roll_backs_are_refused(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """Against a held checkpoint, another history and a shorter one are refused, though both are signed with the key."""
    fill(sqlite_log, 5)
    held = exported(sqlite_log, tmp_path / "early") / "checkpoint"
    fill(sqlite_log, 9)
    longer = exported(sqlite_log, tmp_path / "late")
    assert lone(longer, longer, "--vkey", sqlite_log.vkey, "--held", held).returncode == 0
    back = lone(longer, tmp_path / "early", "--vkey", sqlite_log.vkey, "--held", longer / "checkpoint")
    assert back.returncode == 1
    assert "went back in time" in back.stdout
    forked = exported(_fork(sqlite_log, tmp_path), tmp_path / "fork")
    done = lone(longer, forked, "--vkey", sqlite_log.vkey, "--held", held, "--language", "fi")
    assert done.returncode == 1
    assert "ei enää ala niillä 5 merkinnällä" in done.stdout


def _fork(log: DisclosureLog, tmp_path: Path) -> DisclosureLog:
    """The same key over another history."""
    from core import migrations
    from core.database import Database

    database = Database.open(f"sqlite:///{tmp_path / 'fork.db'}", log.database.clock)
    migrations.upgrade(database)
    other = DisclosureLog(database, log.signer, log.clock)
    other.create(policy="2", software="0.1.0")
    fill(other, 9)
    return other


def test_another_key_and_no_key(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """A stranger's key is a finding; what is no key, and a weak one, end with 2."""
    fill(sqlite_log, 3)
    out = exported(sqlite_log, tmp_path / "out")
    stranger = LogSigner.create(tmp_path / "other", sqlite_log.origin).vkey
    assert lone(out, out, "--vkey", stranger).returncode == 1
    assert lone(out, out, "--vkey", "no key").returncode == 2
    weak = verify_log.Key("a", 1, bytes(32)).line
    assert lone(out, out, "--vkey", weak).returncode == 2
    assert lone(out).returncode == 2


def test_lines_are_compared(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """Exported lines belong to their intents; a changed, missing-tail or foreign one is a finding."""
    lines = [Line(number, bytes([number]) * 16, bytes(32), bytes(32)) for number in range(3)]
    content = encode_lines(lines)
    members = intent(1, count=3, lines_root=lines_root(content).hex())
    add(sqlite_log, "intent", members)
    sqlite_log.sign()
    out = tmp_path / "out"
    sqlite_log.export(out, lambda _connection, _transfer: content)
    path = out / "lines" / str(members["id"])
    done = lone(out, out, "--vkey", sqlite_log.vkey)
    assert (done.returncode, "Lines of transfers compared: 1." in done.stdout) == (0, True)
    key = Key.parse(sqlite_log.vkey)
    for changed in (
        content[:-1],
        content[:-85],
        content[85:],
        content + content[:85],
        b"",
        b"\x02" + content[1:],
    ):
        path.write_bytes(changed)
        assert findings(out, key) == ["changed"]
    path.rename(path.with_name("0" * 36))
    assert findings(out, key) == ["changed"]


def test_every_kind_is_listed_in_words(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """Each kind of entry is told in English and in Finnish, one line an entry."""
    add(sqlite_log, "intent", intent(1))
    add(sqlite_log, "outcome", outcome(1))
    for kind in ("approval", "read", "shred"):
        add(sqlite_log, kind, event(kind))
    latest = sqlite_log.sign()
    place = {"size": latest.size, "root": latest.root.hex()}
    add(sqlite_log, "anchor", event("anchor", **place))
    add(sqlite_log, "review", event("review", end=latest.size, root=latest.root.hex()))
    out = exported(sqlite_log, tmp_path / "out")
    english = lone(out, out, "--vkey", sqlite_log.vkey, "--list")
    assert (english.returncode, english.stderr) == (0, "")
    for word in (
        "genesis: ",
        "intent: ",
        "outcome: ",
        "approval: ",
        "read: ",
        "shred: ",
        "anchor: ",
        "review: ",
    ):
        assert word in english.stdout
    finnish = lone(out, out, "--vkey", sqlite_log.vkey, "--list", "--language", "fi").stdout
    for word in (
        "alku: ",
        "aie: ",
        "tulos: ",
        "hyväksyntä: ",
        "katselu: ",
        "ankkuri: ",
        "katselmus: ",
        "vastaanottaja",
    ):
        assert word in finnish
    assert len(finnish.splitlines()) == len(english.stdout.splitlines()) == 8 + 3


def test_stated_roots_must_be_those_of_the_tree(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """An anchor or a review that names another root than the log had is a finding."""
    add(sqlite_log, "intent", intent(1))
    add(sqlite_log, "anchor", event("anchor", size=1, root="0" * 64))
    out = exported(sqlite_log, tmp_path / "out")
    assert findings(out, Key.parse(sqlite_log.vkey)) == ["story"]


def test_corrupt_input_ends_in_bounded_time(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """Sizes no disk holds, deep and large JSON, random bytes: each ends quickly with a finding, never a traceback."""
    fill(sqlite_log, 3)
    out = exported(sqlite_log, tmp_path / "out")
    key = Key.parse(sqlite_log.vkey)
    note = (out / "checkpoint").read_text(encoding="utf-8")
    bundle = (out / "tile/entries/000.p/3").read_bytes()
    rng = Random(9)
    checkpoints = [
        note.replace("\n3\n", f"\n{size}\n").encode() for size in ("9" * 18, "9" * 5000, "-1", "03", "")
    ]
    checkpoints += [rng.randbytes(300), b"\n\n", b"", note.encode() * 5000, note.replace("—", "-").encode()]
    for content in checkpoints:
        (out / "checkpoint").write_bytes(content)
        assert findings(out, key) != []
    (out / "checkpoint").write_text(note, encoding="utf-8")
    entries = [
        b"[" * 60_000,
        b"9" * 60_000,
        b'{"t":1}',
        b"\xff" * 100,
        b"",
        b'{"t":"disclosure-log/v1/intent","ts":1}',
        b"null",
    ]
    for entry in entries:
        rest = bundle[2 + int.from_bytes(bundle[:2], "big") :]
        (out / "tile/entries/000.p/3").write_bytes(len(entry).to_bytes(2, "big") + entry + rest)
        assert findings(out, key) != [], entry[:20]
    shutil.rmtree(out / "tile")
    assert findings(out, key) == ["bundle"]


def test_keys_that_follow_one_another_are_trusted_from_the_given_one(
    sqlite_log: DisclosureLog, tmp_path: Path
) -> None:
    """The first key, one in between and the last each verify the log; a changed or missing handover ends the trust."""
    keys = [sqlite_log.vkey]
    overlap = None
    for number in (1, 2):
        add(sqlite_log, "intent", intent(number))
        begun = begin_rotation(sqlite_log)
        overlap = overlap or begun.note
        add(sqlite_log, "outcome", outcome(number))
        sqlite_log.sign()
        finish_rotation(sqlite_log)
        keys.append(sqlite_log.vkey)
    out = exported(sqlite_log, tmp_path / "out")
    (tmp_path / "held").write_text(str(overlap), encoding="utf-8")
    for key in keys:
        done = lone(out, out, "--vkey", key, "--held", tmp_path / "held")
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert keys[-1] in lone(out, out, "--vkey", keys[0]).stdout
    stranger = LogSigner.create(tmp_path / "other", sqlite_log.origin).vkey
    assert findings(out, Key.parse(stranger)) == ["strange_key"]
    for path in sorted((out / "keys").iterdir()):
        content = path.read_bytes()
        for at in (0, len(content) // 2, len(content) - 9):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            assert findings(out, Key.parse(keys[0])) == ["changed"], at
        path.write_bytes(content)
    during = tmp_path / "during"
    begin_rotation(sqlite_log)
    sqlite_log.export(during)
    assert lone(during, during, "--vkey", keys[0]).returncode == 0


def test_cosignatures_are_told(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """Somebody else's signature is verified with their key, counted without it, and found when it is wrong."""
    add(sqlite_log, "intent", intent(1))
    signed = sqlite_log.sign()
    cosigner = Cosigner.create(tmp_path / "reviewer", "reviewer.example")
    state = WitnessState(tmp_path / "state")
    now = sqlite_log.clock.now()
    line = cosign(cosigner, state, signed.note.encode(), key=sqlite_log.signer.verifier, now=now)
    with sqlite_log.database.unit_of_work() as uow:
        add_cosignatures(uow, (signed.note + line).encode(), cosigner.key.vkey)
        uow.commit()
    out = exported(sqlite_log, tmp_path / "out")
    known = lone(out, out, "--vkey", sqlite_log.vkey, "--cosigner", cosigner.key.vkey)
    assert known.returncode == 0
    assert "Cosigned by reviewer.example, 2026-11-23" in known.stdout
    unknown = lone(out, out, "--vkey", sqlite_log.vkey).stdout
    assert "Signatures by keys that were not given: 1." in unknown
    assert by_hand(out, out, sqlite_log.vkey).returncode == 0
    other = Cosigner.create(tmp_path / "other", "reviewer.example")
    forged = other.line(signed.checkpoint.text, 1)
    assert forged != line
    note = (out / "checkpoint").read_text(encoding="utf-8")
    at = note.rindex(line) + len(line) - 20
    (out / "checkpoint").write_text(
        note[:at] + ("A" if note[at] != "A" else "B") + note[at + 1 :], encoding="utf-8"
    )
    assert lone(out, out, "--vkey", sqlite_log.vkey, "--cosigner", cosigner.key.vkey).returncode == 1


def test_receipts_verify_with_and_without_an_export(sqlite_log: DisclosureLog, tmp_path: Path) -> None:
    """A transfer's receipt and one person's line verify by themselves; each changed byte of both is found or harmless."""
    content = encode_lines([Line(number, bytes([number]) * 16, bytes(32), bytes(32)) for number in range(5)])
    members = intent(1, count=5, lines_root=lines_root(content).hex())
    index = add(sqlite_log, "intent", members)
    signed = sqlite_log.sign()
    out = exported(sqlite_log, tmp_path / "out")
    with sqlite_log.database.reading() as connection:
        receipt = receipt_of(connection, index, signed.note, signed.size)
    (tmp_path / "r.tlog-proof").write_text(receipt.text, encoding="utf-8")
    blocks = [line_receipt(str(members["id"]), content, number) for number in (1, 3)]
    (tmp_path / "r.line").write_bytes(encode_line_receipts(blocks))
    given = ("--vkey", sqlite_log.vkey, "--receipt", tmp_path / "r.tlog-proof", "--line", tmp_path / "r.line")
    for arguments in (given, (out, *given)):
        done = lone(out, *arguments)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert f"2 line(s) of transfer {members['id']}" in done.stdout
    for name in ("r.tlog-proof", "r.line"):
        whole = (tmp_path / name).read_bytes()
        for at in range(len(whole)):
            (tmp_path / name).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            check = Check(tmp_path, Key.parse(sqlite_log.vkey), [])
            check.receipt(tmp_path / "r.tlog-proof", None)
            check.line_receipt(tmp_path / "r.line")
            assert check.count > 0, (name, at)
        (tmp_path / name).write_bytes(whole)
