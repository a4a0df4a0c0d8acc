"""Statements on deliveries and the units reserved for them."""

from sqlalchemy import Text, bindparam, cast, delete, exists, func, or_, select, update

from graph.sql.connection import Prepared
from graph.sql.statements.upsert import insert_new, upsert
from graph.sql.tables import DATASET, DELIVERY, DELIVERY_ITEM, DOCUMENT, JOURNAL_STREAM, LICENCE, RESERVATION, USAGE

ADD_DELIVERY = Prepared(insert_new(DELIVERY))
ADD_ITEM = Prepared(insert_new(DELIVERY_ITEM))
ADD_RESERVATION = Prepared(insert_new(RESERVATION))

_of = DELIVERY.c.delivery == bindparam("of")
STATE_AND_PARTY = Prepared(select(DELIVERY.c.state, DELIVERY.c.party, DELIVERY.c.manifest).where(_of))
SET_STATE = Prepared(update(DELIVERY).where(_of).values(state=bindparam("reached"), at=bindparam("moved")))
SET_FAILED = Prepared(
    update(DELIVERY)
    .where(_of)
    .values(state=bindparam("reached"), at=bindparam("moved"), code=bindparam("why"), findings=bindparam("found"))
)
SET_PREPARED = Prepared(
    update(DELIVERY)
    .where(_of)
    .values(
        state=bindparam("reached"),
        at=bindparam("moved"),
        manifest=bindparam("sealed"),
        root=bindparam("sealed_root"),
        report=bindparam("told"),
        files=bindparam("file_count"),
        size=bindparam("byte_count"),
    )
)
SET_ITEM = Prepared(
    update(DELIVERY_ITEM)
    .where(DELIVERY_ITEM.c.delivery == bindparam("of"), DELIVERY_ITEM.c.licence == bindparam("under"))
    .values(
        rows=bindparam("row_count"),
        dropped=bindparam("left_out"),
        columns=bindparam("seen"),
        notices=bindparam("covered"),
        subjects=bindparam("people"),
        grounds=bindparam("rests_on"),
    )
)
SET_ACCESS = Prepared(
    update(DELIVERY_ITEM)
    .where(DELIVERY_ITEM.c.delivery == bindparam("of"), DELIVERY_ITEM.c.licence == bindparam("under"))
    .values(access=bindparam("recorded"))
)

RESERVE = Prepared(upsert(USAGE, reserved=USAGE.c.reserved + bindparam("units")))
"""``reserved`` is ``units`` as well: what a counter holds after its first reservation."""
RESERVED = Prepared(
    select(RESERVATION.c.units).where(
        RESERVATION.c.delivery == bindparam("delivery"),
        RESERVATION.c.licence == bindparam("licence"),
        RESERVATION.c.counter == bindparam("counter"),
    )
)
RESERVATIONS = Prepared(
    select(RESERVATION.c.licence, RESERVATION.c.counter, RESERVATION.c.units)
    .where(RESERVATION.c.delivery == bindparam("of"))
    .order_by(RESERVATION.c.licence, RESERVATION.c.counter)
)
FREE = Prepared(
    update(USAGE)
    .where(USAGE.c.licence == bindparam("under"), USAGE.c.counter == bindparam("counted"))
    .values(reserved=USAGE.c.reserved - bindparam("units"))
)
FORGET_RESERVATIONS = Prepared(delete(RESERVATION).where(RESERVATION.c.delivery == bindparam("of")))

_version = select(JOURNAL_STREAM.c.version).where(JOURNAL_STREAM.c.stream == DELIVERY.c.delivery).scalar_subquery()
_deliveries = select(DELIVERY, _version.label("version"))
DELIVERY_BY_IRI = Prepared(_deliveries.where(_of))
_licensed_by = exists().where(
    DELIVERY_ITEM.c.delivery == DELIVERY.c.delivery,
    LICENCE.c.licence == DELIVERY_ITEM.c.licence,
    LICENCE.c.assigner == bindparam("party"),
)
DELIVERIES = Prepared(
    _deliveries.where(or_(DELIVERY.c.party == bindparam("party"), _licensed_by), DELIVERY.c.seq > bindparam("after"))
    .order_by(DELIVERY.c.seq)
    .limit(bindparam("limit"))
)
DELIVERIES_IN_STATE = Prepared(
    _deliveries.where(DELIVERY.c.state == bindparam("state"), DELIVERY.c.seq > bindparam("after"))
    .order_by(DELIVERY.c.seq)
    .limit(bindparam("limit"))
)
UNFINISHED = Prepared(
    select(func.count())
    .select_from(DELIVERY)
    .where(
        DELIVERY.c.party == bindparam("party"),
        or_(DELIVERY.c.state == bindparam("one"), DELIVERY.c.state == bindparam("other")),
    )
)
ITEMS = Prepared(
    select(DELIVERY_ITEM).where(DELIVERY_ITEM.c.delivery == bindparam("of")).order_by(DELIVERY_ITEM.c.licence)
)
DELIVERIES_OF_LICENCE = Prepared(
    _deliveries.join(DELIVERY_ITEM, DELIVERY_ITEM.c.delivery == DELIVERY.c.delivery)
    .where(DELIVERY_ITEM.c.licence == bindparam("under"))
    .order_by(DELIVERY.c.seq)
)

_released = (
    select(DELIVERY_ITEM)
    .join(DATASET, DATASET.c.dataset == DELIVERY_ITEM.c.dataset)
    .where(DATASET.c.platform == bindparam("platform"), DELIVERY_ITEM.c.access != "")
)
RELEASES = Prepared(select(func.count()).select_from(_released.subquery()))
RELEASED_WITH = Prepared(
    _released.join(DOCUMENT, DOCUMENT.c.digest == DELIVERY_ITEM.c.subjects)
    # WHY: a list of hashes holds one as a word of its own; reading it as JSON would cost a hundred times as much.
    .where(func.instr(cast(DOCUMENT.c.content, Text), bindparam("quoted")) > 0)
    .order_by(DELIVERY_ITEM.c.delivery, DELIVERY_ITEM.c.licence)
)
"""``quoted``: the keyed hash of the subject in double quotes."""
