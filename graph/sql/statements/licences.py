"""Statements on licences and the units used under them."""

from sqlalchemy import bindparam, or_, select, update

from graph.sql.connection import Prepared
from graph.sql.statements.upsert import insert_new, upsert
from graph.sql.tables import JOURNAL_STREAM, LICENCE, USAGE

ADD_LICENCE = Prepared(insert_new(LICENCE))
_of = LICENCE.c.licence == bindparam("of")
SET_STATE = Prepared(update(LICENCE).where(_of).values(state=bindparam("reached")))
SET_AGREEMENT = Prepared(
    update(LICENCE)
    .where(_of)
    .values(
        negotiation=bindparam("negotiated"),
        agreement=bindparam("agreed"),
        version=bindparam("agreed_version"),
        policy=bindparam("agreed_policy"),
        valid_until=bindparam("ends"),
        first_delivery="",
    )
)
SET_RELEASED = Prepared(
    update(LICENCE).where(_of).values(first_delivery=bindparam("first"), released_columns=bindparam("released"))
)
STATE = Prepared(select(LICENCE.c.state, LICENCE.c.version, LICENCE.c.valid_until).where(_of))
STATE_AND_AGREEMENT = Prepared(select(LICENCE.c.state, LICENCE.c.version, LICENCE.c.agreement).where(_of))
STATE_AND_PARTIES = Prepared(select(LICENCE.c.state, LICENCE.c.assigner, LICENCE.c.assignee).where(_of))
RENEWABLE = Prepared(
    select(
        LICENCE.c.state,
        LICENCE.c.dataset,
        LICENCE.c.assigner,
        LICENCE.c.assignee,
        LICENCE.c.version,
        LICENCE.c.policy,
    ).where(_of)
)
RELEASED = Prepared(select(LICENCE.c.first_delivery, LICENCE.c.released_columns).where(_of))

_version = select(JOURNAL_STREAM.c.version).where(JOURNAL_STREAM.c.stream == LICENCE.c.licence).scalar_subquery()
_licences = select(LICENCE, _version.label("stream_version"))
LICENCE_BY_IRI = Prepared(_licences.where(_of))
LICENCES = Prepared(
    _licences.where(
        or_(LICENCE.c.assigner == bindparam("party"), LICENCE.c.assignee == bindparam("party")),
        LICENCE.c.seq > bindparam("after"),
    )
    .order_by(LICENCE.c.seq)
    .limit(bindparam("limit"))
)

BOOK = Prepared(upsert(USAGE, used=USAGE.c.used + bindparam("units")))
"""``used`` is ``units`` as well: what a counter has after its first booking."""
USAGE_OF_COUNTER = Prepared(
    select(USAGE.c.used, USAGE.c.reserved).where(
        USAGE.c.licence == bindparam("of"), USAGE.c.counter == bindparam("counter")
    )
)
USAGE_OF_LICENCE = Prepared(
    select(USAGE.c.counter, USAGE.c.used, USAGE.c.reserved).where(USAGE.c.licence == bindparam("of"))
)
