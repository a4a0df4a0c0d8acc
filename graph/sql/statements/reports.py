"""Statements on reported runs and concerns."""

from sqlalchemy import bindparam, or_, select, update

from graph.sql.connection import Prepared
from graph.sql.statements.upsert import insert_new
from graph.sql.tables import CONCERN, DELIVERY_ITEM, JOURNAL_STREAM, LICENCE, TRAINING_RUN

ADD_RUN = Prepared(insert_new(TRAINING_RUN))
RUN_BY_IRI = Prepared(select(TRAINING_RUN).where(TRAINING_RUN.c.run == bindparam("of")))
RUNS_UNDER = Prepared(
    select(TRAINING_RUN)
    .join(DELIVERY_ITEM, DELIVERY_ITEM.c.delivery == TRAINING_RUN.c.delivery)
    .where(DELIVERY_ITEM.c.licence == bindparam("under"))
    .order_by(TRAINING_RUN.c.seq)
)
RUNS_OF_MODEL = Prepared(
    select(TRAINING_RUN)
    .where(
        TRAINING_RUN.c.model == bindparam("of"),
        or_(TRAINING_RUN.c.party == bindparam("by"), bindparam("everybody") == 1),
        TRAINING_RUN.c.seq > bindparam("after"),
    )
    .order_by(TRAINING_RUN.c.seq)
    .limit(bindparam("limit"))
)
"""``everybody``: 1 for the runs of all licensees, 0 for those of ``by`` alone."""

ADD_CONCERN = Prepared(insert_new(CONCERN))
MOVE_CONCERN = Prepared(
    update(CONCERN)
    .where(CONCERN.c.concern == bindparam("of"))
    .values(state=bindparam("reached"), answer=bindparam("said"), code=bindparam("why"), at=bindparam("moved"))
)
_version = select(JOURNAL_STREAM.c.version).where(JOURNAL_STREAM.c.stream == CONCERN.c.concern).scalar_subquery()
_concerns = select(CONCERN, LICENCE.c.assigner, LICENCE.c.assignee, _version.label("version")).join(
    LICENCE, LICENCE.c.licence == CONCERN.c.licence
)
CONCERN_BY_IRI = Prepared(_concerns.where(CONCERN.c.concern == bindparam("of")))
CONCERNS = Prepared(
    _concerns.where(
        or_(LICENCE.c.assigner == bindparam("party"), LICENCE.c.assignee == bindparam("party")),
        CONCERN.c.seq > bindparam("after"),
    )
    .order_by(CONCERN.c.seq)
    .limit(bindparam("limit"))
)
