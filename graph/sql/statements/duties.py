"""Statements on duties."""

from sqlalchemy import bindparam, or_, select, update

from graph.sql.connection import Prepared
from graph.sql.statements.upsert import insert_new
from graph.sql.tables import DUTY, JOURNAL_STREAM, LICENCE

ADD_DUTY = Prepared(insert_new(DUTY))
MOVE_DUTY = Prepared(
    update(DUTY)
    .where(DUTY.c.duty == bindparam("of"))
    .values(state=bindparam("reached"), stated=bindparam("said"), signature=bindparam("signed"), at=bindparam("moved"))
)
_version = select(JOURNAL_STREAM.c.version).where(JOURNAL_STREAM.c.stream == DUTY.c.duty).scalar_subquery()
_duties = select(DUTY, LICENCE.c.assigner, LICENCE.c.assignee, _version.label("version")).join(
    LICENCE, LICENCE.c.licence == DUTY.c.licence
)
DUTY_BY_IRI = Prepared(_duties.where(DUTY.c.duty == bindparam("of")))
DUTIES_OF_LICENCE = Prepared(_duties.where(DUTY.c.licence == bindparam("under")).order_by(DUTY.c.seq))
DUTIES = Prepared(
    _duties.where(
        or_(
            LICENCE.c.assigner == bindparam("party"),
            LICENCE.c.assignee == bindparam("party"),
            DUTY.c.raised_by == bindparam("raised"),
        ),
        DUTY.c.seq > bindparam("after"),
    )
    .order_by(DUTY.c.seq)
    .limit(bindparam("limit"))
)
