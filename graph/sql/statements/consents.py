"""Statements on consents, objections and self-licensing subjects of a platform."""

from sqlalchemy import bindparam, func, select, update

from graph.sql.connection import Prepared
from graph.sql.statements.upsert import insert_missing, upsert
from graph.sql.tables import CONSENT, CONSENT_EPOCH, NOTICE, OBJECTION, SELF_LICENSED

ADD_NOTICE = Prepared(insert_missing(NOTICE))
NOTICES = Prepared(select(NOTICE.c.notice).where(NOTICE.c.platform == bindparam("platform")).order_by(NOTICE.c.seq))

PUT_CONSENT = Prepared(upsert(CONSENT))
WITHDRAW_ALL = Prepared(
    update(CONSENT)
    .where(CONSENT.c.platform == bindparam("on_platform"), CONSENT.c.subject == bindparam("by_subject"))
    .values(live=0, seq=bindparam("at_seq"))
)
ADD_OBJECTION = Prepared(insert_missing(OBJECTION))
ADD_SELF_LICENSED = Prepared(insert_missing(SELF_LICENSED))

ADVANCE_EPOCH = Prepared(upsert(CONSENT_EPOCH, epoch=CONSENT_EPOCH.c.epoch + 1))
"""``epoch`` is 1: what a platform has after its first change."""
EPOCH = Prepared(select(CONSENT_EPOCH.c.epoch).where(CONSENT_EPOCH.c.platform == bindparam("platform")))

_asked = func.json_each(bindparam("notices")).table_valued("value")
CONSENTED = Prepared(
    select(CONSENT.c.subject)
    .where(
        CONSENT.c.platform == bindparam("platform"),
        CONSENT.c.live == 1,
        CONSENT.c.notice.in_(select(_asked.c.value)),
    )
    .distinct()
)
"""``notices``: a JSON array of digests."""
CONSENTS_OF = Prepared(
    select(CONSENT.c.notice).where(
        CONSENT.c.platform == bindparam("on_platform"),
        CONSENT.c.subject == bindparam("by_subject"),
        CONSENT.c.live == 1,
    )
)
OBJECTION_OF = Prepared(
    select(OBJECTION.c.seq).where(
        OBJECTION.c.platform == bindparam("on_platform"), OBJECTION.c.subject == bindparam("by_subject")
    )
)
OBJECTED = Prepared(select(OBJECTION.c.subject).where(OBJECTION.c.platform == bindparam("platform")))
SELF_LICENSING = Prepared(select(SELF_LICENSED.c.subject).where(SELF_LICENSED.c.platform == bindparam("platform")))
