"""Mappings as records with a history: config.toml gives the first, a person saves the next, and each stays to be read.

What is in force is the newest that was saved over the mapping that config.toml has now. Whoever changes config.toml
afterwards has the last word: it holds until somebody saves over it again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import tomli_w
from sqlalchemy import insert, select

from core.actor import Role, require
from core.config import UpdateAnswer
from core.updates.mapping import mapping_from, service_of
from core.updates.model import update_mapping_table

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from core.actor import Actor
    from core.config import Config
    from core.register import Register
    from core.updates.mapping import AnswerMapping

_saved = update_mapping_table.c


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """A mapping that somebody saved; ``in_force`` tells whether answers are read by it now."""

    number: int
    answer: UpdateAnswer
    recorded_at: datetime
    actor_name: str
    in_force: bool


def answer_in_force(connection: Connection, config: Config, service: str) -> UpdateAnswer:
    """How answers of *service* are read now.

    Raises:
        NoSuchService: the configuration has none of that name.
    """
    own = service_of(config, service).answer
    newest = next((saved for saved in saved_mappings(connection, config, service) if saved.in_force), None)
    return own if newest is None else newest.answer


def mapping_in_force(connection: Connection, config: Config, service: str) -> AnswerMapping:
    """`answer_in_force`, checked and ready to read by.

    Raises:
        NoSuchService: the configuration has none of that name.
        BadMapping, NoWayToFind: the mapping cannot be.
    """
    return mapping_from(service, answer_in_force(connection, config, service))


def saved_mappings(connection: Connection, config: Config, service: str) -> list[SavedMapping]:
    """Every mapping saved for *service*, newest first.

    Raises:
        NoSuchService: the configuration has none of that name.
    """
    basis = _digest(service_of(config, service).answer)
    rows = connection.execute(
        select(update_mapping_table).where(_saved.service == service).order_by(_saved.id.desc())
    ).all()
    return [
        SavedMapping(
            number=row.id,
            answer=msgspec.convert(row.answer, UpdateAnswer),
            recorded_at=row.recorded_at,
            actor_name=row.actor_name,
            in_force=place == 0 and row.basis == basis,
        )
        for place, row in enumerate(rows)
    ]


def save(register: Register, actor: Actor, service: str, answer: UpdateAnswer) -> SavedMapping:
    """Let answers of *service* be read by *answer* from now on; what was before stays in the history.

    Raises:
        NoSuchService: the configuration has none of that name.
        BadMapping, NoWayToFind: the mapping cannot be.
    """
    require(actor, Role.IMPORTER)
    own = service_of(register.config, service).answer
    mapping_from(service, answer).shape.check()
    with register.database.unit_of_work() as uow:
        uow.connection.execute(
            insert(update_mapping_table).values(
                service=service,
                answer=as_data(answer),
                basis=_digest(own),
                recorded_at=uow.now,
                actor_id=actor.staff_id,
                actor_name=actor.name,
            )
        )
        found = saved_mappings(uow.connection, register.config, service)[0]
        uow.commit()
    return found


def as_data(answer: UpdateAnswer) -> dict[str, Any]:
    """The mapping as a table of config.toml, without what stands at its default."""
    unset = msgspec.to_builtins(UpdateAnswer(columns={}))
    found = msgspec.to_builtins(answer)
    return {name: value for name, value in found.items() if name == "columns" or value != unset[name]}


def snippet(service: str, answer: UpdateAnswer) -> str:
    """The mapping as it would stand in config.toml."""
    return tomli_w.dumps({"updates": {service: {"answer": as_data(answer)}}})


def _digest(answer: UpdateAnswer) -> str:
    canonical = json.dumps(as_data(answer), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
