"""The staff's verbs as they are typed: in one process, on each database."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.customers.service import add
from core.customers.types import CustomerValues, Source, SourceKind
from core.keys import KeyRing
from core.staff import access_log, sign_in
from core.staff.model import agreement_table, session_table, sign_in_delay_table
from tests.staff.conftest import ADMIN_PASSWORD, CLERK_PASSWORD
from tui.cli import session as session_verb
from tui.cli.main import command as rekisteri
from tui.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from core.actor import Actor
    from core.database import Database
    from tests.staff.conftest import Staff

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl kone"
CONFIG = """
[register]
name = "Testirekisteri"
language = "en"
[register.controller]
name = "Esimerkki Oy"
address = "Esimerkkikatu 1, 00100 Helsinki"
contact_person = "Maija Meikäläinen"
email = "rekisteri@example.fi"
[log]
origin = "example.fi/test"
"""


@dataclass
class Result:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What it printed as JSON."""
        return json.loads(self.out)


class Shell:
    """Types commands at the register of this test."""

    def __init__(
        self,
        config: Path,
        passwords: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.config, self.passwords, self.capsys, self.monkeypatch = config, passwords, capsys, monkeypatch

    def keys(self, directory: Path) -> None:
        """Say that the register's key files are in *directory*."""
        with self.config.open("a", encoding="utf-8") as config:
            config.write(f'[keys]\nmaster_key_file = "{directory}/master.key"\n')

    def __call__(
        self, *arguments: str, user: str | None = "paula", password: str | None = ADMIN_PASSWORD
    ) -> Result:
        """Run a command as *user*, the password from a file (None: from the file as it is)."""
        if password is not None:
            self.passwords.touch(mode=0o600)
            self.passwords.write_text(password + "\n", encoding="utf-8")
        self.monkeypatch.setenv("REKISTERI_PASSWORD_FILE", str(self.passwords))
        who = ["--user", user] if user else []
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(self.config), "--language", "en", *who, *arguments])
        said = self.capsys.readouterr()
        return Result(int(ended.value.code or 0), said.out, said.err)


@pytest.fixture
def shell(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """A command line whose configuration names the test's database."""
    config = tmp_path / "config.toml"
    config.write_text(f'{CONFIG}\n[database]\nurl = "{database_url}"\n', encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    return Shell(config, tmp_path / "password", capsys, monkeypatch)


@pytest.fixture
def new_password(tmp_path: Path) -> Path:
    """A file with a password that the policy accepts."""
    file = tmp_path / "new"
    file.touch(mode=0o600)
    file.write_text("neljä sinistä vuorta\nkakkosrivi\n", encoding="utf-8")
    return file


def test_the_first_administrator_begins_and_adds_the_rest(shell: Shell, new_password: Path) -> None:
    """From an empty register to a second person who can sign in, by commands alone."""
    first = (
        "staff",
        "first",
        "anna",
        "--name",
        "Anna Alku",
        "--document",
        "mappi 1",
        "--signed-on",
        "2026-01-02",
    )
    made = shell("--json", *first, "--password-file", str(new_password), user=None)
    assert made.code == 0, made.err
    assert made.data["roles"] == ["administrator"]
    assert made.data["agreement_in_force"]
    again = shell(*first, "--password-file", str(new_password), user=None)
    assert (again.code, "already has staff" in again.err) == (1, True)

    anna = {"user": "anna", "password": "neljä sinistä vuorta"}
    bo = (
        "staff",
        "add",
        "bo",
        "--name",
        "Bo Berg",
        "--role",
        "clerk",
        "--role",
        "importer",
        "--interface",
        "en",
    )
    assert shell(*bo, "--password-file", str(new_password), **anna).code == 0
    refused = shell("staff", "list", user="bo", password="neljä sinistä vuorta")
    assert (refused.code, "confidentiality agreement" in refused.err) == (1, True)
    assert "Anna Alku" in refused.err
    record = ("staff", "agreement", "record", "bo", "--document", "mappi 2", "--signed-on", "2026-02-03")
    assert shell(*record, "--valid-to", "2999-12-31", **anna).code == 0
    listed = shell("--json", "staff", "list", user="bo", password="neljä sinistä vuorta")
    assert [(row["user_name"], row["agreement_valid_to"]) for row in listed.data] == [
        ("anna", None),
        ("bo", "2999-12-31"),
    ]
    assert "agreement until 2999-12-31" in shell("staff", "list", **anna).out


def test_each_act_of_an_administrator_works_and_is_on_record(
    shell: Shell, staff: Staff, new_password: Path
) -> None:
    """Roles, language, password, disable, enable, end of agreement; then history, sign-ins and agreements."""
    for act in (
        ("staff", "roles", "kalle", "reviewer", "clerk"),
        ("staff", "language", "kalle", "en"),
        ("staff", "password", "kalle", "--password-file", str(new_password)),
        ("staff", "disable", "kalle"),
        ("staff", "enable", "kalle"),
        ("staff", "agreement", "end", "kalle"),
    ):
        done = shell(*act)
        assert done.code == 0, done.err
    history = shell("--json", "staff", "history", "kalle").data
    assert [row["change"] for row in history] == [
        "added",
        "agreement",
        "roles",
        "password",
        "disabled",
        "enabled",
        "agreement ended",
    ]
    assert shell("--json", "staff", "agreement", "list", "kalle").data[0]["ended_at"] is not None
    attempts = shell("--json", "staff", "sign-ins", "--limit", "3").data
    assert [row["outcome"] for row in attempts] == ["accepted"] * 3
    assert attempts[0]["origin"].startswith("local uid ")
    assert shell("staff", "accesses", "kalle").code == 0


def test_looks_are_listed_by_number_and_by_name_for_who_may_open_the_card(
    shell: Shell, staff: Staff, database: Database
) -> None:
    """An administrator sees numbers; somebody who also answers for the register sees names, and that is a look."""
    with database.unit_of_work() as uow:
        clerk = staff.clerk.as_actor()
        values = CustomerValues(first_name="Matti", last_name="Virtanen")
        matti = add(uow, clerk, values, Source(SourceKind.STAFF, "call"))
        access_log.record_access(uow, clerk, action="open", customer_id=matti.id, task="customer_care")
        access_log.record_access(uow, clerk, action="list", customer_id=None, task="customer_care")
        uow.commit()
    rows = shell("--json", "staff", "accesses").data
    assert [row["customer"] for row in rows] == [None, matti.number]
    assert shell("staff", "roles", "paula", "administrator", "contact_person").code == 0
    assert f"{matti.number} Virtanen Matti" in shell("staff", "accesses").out
    latest = shell("--json", "staff", "accesses", "--limit", "1").data[0]
    assert (latest["name"], latest["action"], latest["task"]) == (
        "Paula Päällikkö",
        "list",
        "disclosure_review",
    )


def test_when_every_agreement_has_run_out_the_machine_s_keeper_can_renew_an_administrator_s(
    shell: Shell, staff: Staff, database: Database
) -> None:
    """Shut while an administrator can sign in, open for an administrator alone when none can, and on record."""
    renew = ("staff", "agreement", "renew")
    terms = ("--document", "mappi 9", "--signed-on", "2026-03-01")
    shut = shell(*renew, "paula", *terms, user=None)
    assert (shut.code, "Paula Päällikkö" in shut.err) == (1, True)
    with database.unit_of_work() as uow:
        uow.connection.execute(agreement_table.update().values(valid_to=date(2026, 1, 31)))
        uow.commit()
    assert shell("staff", "list").code == 1
    assert shell(*renew, "kalle", *terms, user=None).code == 1
    assert shell(*renew, "paula", *terms, user=None).code == 0
    history = shell("--json", "staff", "history", "paula").data
    assert [row["change"] for row in history][-2:] == ["agreement renewed on the machine", "agreement"]


def test_a_forgotten_password_of_the_only_administrator_is_set_on_the_machine(
    shell: Shell, staff: Staff, new_password: Path, tmp_path: Path
) -> None:
    """Without the register's key file nothing happens; with it, nobody is asked who they are, and it is on record."""
    recover = ("staff", "recover", "paula", "--reason", "Paula unohti", "--password-file", str(new_password))
    shell.keys(tmp_path)
    missing = shell(*recover, user=None)
    assert (missing.code, "master.key" in missing.err) == (2, True)
    KeyRing.create(tmp_path / "master.key")
    assert shell(*recover, user=None).code == 0
    history = shell("--json", "staff", "history", "paula", password="neljä sinistä vuorta").data
    assert history[-1]["change"] == "password recovered on the machine"
    assert history[-1]["detail"].startswith("local uid ")
    assert shell("staff", "list").code == 1
    assert shell("staff", "recover", "kalle", *recover[3:], user=None).code == 1


def test_ones_own_password_is_changed_with_the_present_one(
    shell: Shell, staff: Staff, new_password: Path
) -> None:
    """The old one no longer signs in, the new one does."""
    kalle = {"user": "kalle", "password": CLERK_PASSWORD}
    assert shell("staff", "password", "--password-file", str(new_password), **kalle).code == 0
    assert shell("staff", "list", user="kalle", password="neljä sinistä vuorta").code == 0
    assert shell("staff", "list", **kalle).code == 1


def test_a_clerk_sees_the_staff_but_neither_manages_nor_audits(shell: Shell, staff: Staff) -> None:
    """Refusals name the role that is needed, exit 1."""
    kalle = {"user": "kalle", "password": CLERK_PASSWORD}
    assert shell("staff", "list", **kalle).code == 0
    for act in (
        ("staff", "disable", "paula"),
        ("staff", "history", "paula"),
        ("staff", "sign-ins"),
        ("staff", "accesses"),
        ("ssh-key", "revoke", "1"),
    ):
        refused = shell(*act, **kalle)
        assert (refused.code, "administrator" in refused.err) == (1, True)


def test_a_command_s_session_ends_with_it(shell: Shell, staff: Staff, database: Database) -> None:
    """Nothing stays open behind a command line."""
    shell("staff", "list")
    with database.reading() as connection:
        rows = connection.execute(session_table.select()).all()
    assert [row.end_reason for row in rows] == ["signed_out"]


def test_who_acts_must_be_said_and_a_password_must_be_private(
    shell: Shell, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No name, no terminal, an open file, a missing file: each its sentence, exit 2, nothing signed in."""
    assert "--user" in shell("staff", "list", user=None).err
    shell.passwords.chmod(0o644)
    exposed = shell("staff", "list")
    assert (exposed.code, "chmod 600" in exposed.err) == (2, True)
    shell.passwords.unlink()
    missing = shell("staff", "list", password=None)
    assert (missing.code, "cannot be read" in missing.err) == (2, True)
    monkeypatch.delenv("REKISTERI_PASSWORD_FILE")
    with pytest.raises(SystemExit):
        main(["--config", str(shell.config), "--language", "en", "--user", "paula", "staff", "list"])
    assert "REKISTERI_PASSWORD_FILE" in shell.capsys.readouterr().err


def test_keys_are_added_listed_written_for_sshd_and_revoked(
    shell: Shell, staff: Staff, tmp_path: Path
) -> None:
    """The file for sshd is 0600, holds one restricted line, and is empty again after revoking."""
    public = tmp_path / "kone.pub"
    public.write_text(KEY + "\n", encoding="utf-8")
    added = shell("--json", "ssh-key", "add", "kalle", str(public))
    assert added.code == 0, added.err
    fingerprint = added.data["fingerprint"]
    file = tmp_path / "authorized_keys"
    assert shell("ssh-key", "authorized", "--output", str(file), user=None).code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text(encoding="utf-8").startswith('restrict,pty,command="')
    assert f'--config {shell.config} session --staff {staff.clerk.id} --key 1"' in file.read_text(
        encoding="utf-8"
    )
    answer = shell("ssh-key", "authorized", "--fingerprint", fingerprint, "--program", "/opt/r", user=None)
    assert (
        answer.out
        == f'restrict,pty,command="/opt/r session --staff {staff.clerk.id} --key 1" {KEY[:-5]} kalle\n'
    )
    assert shell("ssh-key", "revoke", fingerprint).code == 0
    assert shell("ssh-key", "authorized", "--fingerprint", fingerprint, user=None).out == ""
    assert "revoked" in shell("ssh-key", "list").out
    shell("ssh-key", "authorized", "--output", str(file), user=None)
    assert file.read_text(encoding="utf-8") == ""


def test_bad_key_files_are_refused_in_a_sentence(shell: Shell, staff: Staff, tmp_path: Path) -> None:
    """A directory, a missing file, bytes that are no text, a private key."""
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    private = tmp_path / "private"
    private.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n", encoding="utf-8")
    for file in (tmp_path, tmp_path / "missing", binary, private):
        refused = shell("ssh-key", "add", "kalle", str(file))
        assert refused.code == 1
        assert refused.err.count("\n") == 2, "a sentence and its advice"
    unwritable = shell("ssh-key", "authorized", "--output", str(tmp_path / "no" / "file"), user=None)
    assert (unwritable.code, "cannot be written" in unwritable.err) == (1, True)


def over_ssh(shell: Shell, original: str | None, *options: str) -> Result:
    """What sshd would run, with what the client asked for."""
    shell.monkeypatch.setenv("SSH_CONNECTION", "192.0.2.7 50000 192.0.2.1 22")
    if original is None:
        shell.monkeypatch.delenv("SSH_ORIGINAL_COMMAND", raising=False)
    else:
        shell.monkeypatch.setenv("SSH_ORIGINAL_COMMAND", original)
    return shell("session", *options, user=None)


def test_a_key_runs_a_listed_command_as_its_owner(shell: Shell, staff: Staff, database: Database) -> None:
    """Signed in by the key, with the client's address, for this one command."""
    listed = over_ssh(shell, "staff list --json", "--staff", str(staff.clerk.id))
    assert [row["user_name"] for row in listed.data] == ["paula", "kalle"]
    with database.reading() as connection:
        (event,) = sign_in.sign_in_events(connection)
        (row,) = connection.execute(session_table.select()).all()
    assert (event.staff_id, event.method, event.origin) == (staff.clerk.id, "key", "192.0.2.7")
    assert (row.end_reason, row.method) == ("signed_out", "key")
    finnish = over_ssh(shell, "staff list --language fi", "--staff", str(staff.clerk.id))
    assert "ylläpitäjä" in finnish.out
    refused = over_ssh(shell, "staff sign-ins", "--staff", str(staff.clerk.id))
    assert (refused.code, "role" in refused.err) == (1, True)


def test_a_customer_is_shown_over_ssh_to_who_gives_the_password_too(
    shell: Shell,
    staff: Staff,
    database: Database,
    actor: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The key alone opens nobody's data; with the password the look is on record, with task and session."""
    with database.unit_of_work() as uow:
        values = CustomerValues(first_name="Aino", last_name="Ahvenniemi", town="Espoo")
        customer = add(uow, actor, values, Source(SourceKind.SELF))
        uow.commit()
    shell.keys(tmp_path)
    KeyRing.create(tmp_path / "master.key")
    line = ("--staff", str(staff.clerk.id))
    shown = f"customer show {customer.number} --task soitto --json"

    def typed(password: str) -> Result:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(password.encode())))
        return over_ssh(shell, shown, *line)

    refused = typed("arvaus\n")
    assert (refused.code, refused.out) == (1, "")
    with database.unit_of_work() as uow:
        uow.connection.execute(sign_in_delay_table.delete())
        uow.commit()
    right = typed(CLERK_PASSWORD + "\n")
    assert right.data["name"] == "Ahvenniemi Aino"
    with database.reading() as connection:
        (look,) = access_log.recent(connection)
        attempts = [(it.method, it.outcome) for it in sign_in.sign_in_events(connection)]
        session = connection.execute(session_table.select()).one()
    assert (look.staff_id, look.customer_id, look.task) == (staff.clerk.id, customer.id, "soitto")
    assert (look.session_id, session.end_reason) == (session.id, "signed_out")
    assert attempts == [("password", "accepted"), ("password", "wrong_password")]
    assert over_ssh(shell, f"customer show {customer.number} --task t --reveal iban", *line).code == 2


@pytest.mark.parametrize(
    "original",
    [
        "staff recover paula --reason x",
        "customer ban 1001 publication --origin x",
        "order send --all --yes",
        "bash",
        "",
        " ",
        "staff",
        "staff disable paula",
        "staff list; id",
        "staff list extra",
        "staff list --password-file /etc/shadow",
        "--config /tmp/other.toml staff list",
        "--user paula staff list",
        "log verify /etc",
        "log export /tmp/x",
        "load customers.csv",
        "session --staff 1",
        "ssh-key authorized",
        "staff sign-ins --limit --config x",
        "staff 'list",
        "staff list --",
        "staff\x1b list",
        "scp -t /tmp",
        "x" * 5000,
    ],
)
def test_anything_else_is_refused_with_the_list(original: str) -> None:
    """No shell, no other verb, no path, no option that is not on the list."""
    with pytest.raises(session_verb.CommandNotAllowed) as refused:
        session_verb.parse(original)
    assert refused.value.exit_code == 2
    assert "staff list" in str(refused.value)


@given(st.text(max_size=80), st.sampled_from(sorted(session_verb.ALLOWED)))
@example("--limit=3 --limit 4 kalle", ("staff", "sign-ins"))
def test_only_listed_words_and_options_ever_get_through(junk: str, words: tuple[str, str]) -> None:
    """Whatever is sent, what is run begins with a listed command and has no option beyond its own."""
    for original in (junk, " ".join((*words, junk)), f"{junk} {' '.join(words)}"):
        try:
            request = session_verb.parse(original)
        except session_verb.CommandNotAllowed:
            continue
        shape = session_verb.ALLOWED[request.arguments[0], request.arguments[1]]
        for word in request.arguments[2:]:
            assert not word.startswith("-") or word.partition("=")[0] in shape.options | shape.flags


@pytest.mark.parametrize("words", sorted(session_verb.ALLOWED), ids=" ".join)
def test_the_list_names_commands_that_exist_and_take_no_path(words: tuple[str, str]) -> None:
    """Each listed command is there with its listed options, and nothing a client may give is a path."""
    assert isinstance(rekisteri, click.Group)
    context = click.Context(rekisteri)
    group = rekisteri.get_command(context, words[0])
    assert isinstance(group, click.Group)
    found = group.commands[words[1]]
    shape = session_verb.ALLOWED[words]
    options = {name: each for each in found.params if isinstance(each, click.Option) for name in each.opts}
    assert shape.options | shape.flags <= set(options)
    arguments = [each for each in found.params if isinstance(each, click.Argument)] if shape.words else []
    given_by_client = [*arguments, *(options[name] for name in shape.options)]
    assert not any(isinstance(each.type, click.Path | click.File) for each in given_by_client)


def test_no_terminal_and_no_command_says_what_to_do(shell: Shell, staff: Staff) -> None:
    """The sentence is in the member's language unless another is asked for."""
    told = over_ssh(shell, None, "--staff", str(staff.clerk.id))
    assert (told.code, "ssh -t" in told.err) == (2, True)


def test_a_revoked_key_and_an_unknown_member_get_no_further(
    shell: Shell, staff: Staff, tmp_path: Path
) -> None:
    """Even when sshd still has an old line, the program itself refuses."""
    public = tmp_path / "kone.pub"
    public.write_text(KEY, encoding="utf-8")
    shell("ssh-key", "add", "kalle", str(public))
    line = ("--staff", str(staff.clerk.id), "--key", "1")
    assert over_ssh(shell, "staff list", *line).code == 0
    shell("ssh-key", "revoke", "1")
    refused = over_ssh(shell, "staff list", *line)
    assert (refused.code, "not in use" in refused.err) == (1, True)
    assert over_ssh(shell, "staff list", "--staff", "99").code == 1
