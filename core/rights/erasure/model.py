"""The sealed copy of what the vouchers of an erased person need: out of ordinary use, opened only with a reason."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Date, ForeignKey, LargeBinary, Table

from core.database import Identity, Instant, metadata

voucher_table: Final = Table(
    "retention_voucher",
    metadata,
    Column("customer_id", Identity, ForeignKey("customer.id"), primary_key=True, autoincrement=False),
    Column("case_number", Identity, ForeignKey("rights_case.number"), nullable=False),
    Column("made_at", Instant, nullable=False),
    # The last day of the statutory period (Bookkeeping Act 2:10).
    Column("kept_until", Date, nullable=False, index=True),
    # Under the person's data key, which lives only for this.
    Column("sealed", LargeBinary, nullable=False),
)
