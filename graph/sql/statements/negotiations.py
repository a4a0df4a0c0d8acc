"""Statements on negotiations, their signatures, and the cases before the ethics board."""

from sqlalchemy import bindparam, or_, select, update

from graph.sql.connection import Prepared
from graph.sql.statements.upsert import insert_new
from graph.sql.tables import ETHICS_CASE, JOURNAL_STREAM, NEGOTIATION, SIGNATURE

ADD_NEGOTIATION = Prepared(insert_new(NEGOTIATION))
_of = NEGOTIATION.c.negotiation == bindparam("moving")
OFFERED = Prepared(
    update(NEGOTIATION)
    .where(_of)
    .values(
        state="OFFERED",
        previous_policy=NEGOTIATION.c.policy,
        policy=bindparam("offered"),
        turn=bindparam("next_turn"),
        hold="",
        answered_by=bindparam("answering"),
        at=bindparam("moved_at"),
    )
)
ACCEPTED = Prepared(
    update(NEGOTIATION)
    .where(_of)
    .values(
        state="ACCEPTED",
        turn=NEGOTIATION.c.assigner,
        hold="",
        answered_by=bindparam("answering"),
        at=bindparam("moved_at"),
    )
)
REJECTED = Prepared(
    update(NEGOTIATION)
    .where(_of)
    .values(
        state="TERMINATED",
        turn="",
        hold="",
        answered_by=bindparam("answering"),
        reasons=bindparam("why"),
        note=bindparam("noted"),
        at=bindparam("moved_at"),
    )
)
HELD = Prepared(update(NEGOTIATION).where(_of).values(hold=bindparam("holding"), at=bindparam("moved_at")))
ETHICS_ASKED = Prepared(
    update(NEGOTIATION)
    .where(_of)
    .values(ethics_case=bindparam("asked"), ethics_approved=None, at=bindparam("moved_at"))
)
ETHICS_ANSWERED = Prepared(
    update(NEGOTIATION)
    .where(_of)
    .values(ethics_approved=bindparam("decided"), hold=bindparam("holding"), at=bindparam("moved_at"))
)
SIGNED = Prepared(
    update(NEGOTIATION)
    .where(_of)
    .values(
        state=bindparam("reached"),
        turn=bindparam("next_turn"),
        hold="",
        agreement=bindparam("signed"),
        agreement_policy=bindparam("signed_policy"),
        at=bindparam("moved_at"),
    )
)
FINALISED = Prepared(
    update(NEGOTIATION)
    .where(_of)
    .values(state="FINALIZED", turn="", licence=bindparam("granted"), at=bindparam("moved_at"))
)
ADD_SIGNATURE = Prepared(insert_new(SIGNATURE))
SIGNATURES = Prepared(
    select(SIGNATURE).where(SIGNATURE.c.negotiation == bindparam("negotiation")).order_by(SIGNATURE.c.seq)
)

_version = (
    select(JOURNAL_STREAM.c.version).where(JOURNAL_STREAM.c.stream == NEGOTIATION.c.negotiation).scalar_subquery()
)
_negotiations = select(NEGOTIATION, _version.label("version"))
_listed = (
    _negotiations.where(
        or_(NEGOTIATION.c.assigner == bindparam("party"), NEGOTIATION.c.assignee == bindparam("party")),
        NEGOTIATION.c.seq > bindparam("after"),
    )
    .order_by(NEGOTIATION.c.seq)
    .limit(bindparam("limit"))
)
NEGOTIATION_BY_IRI = Prepared(_negotiations.where(NEGOTIATION.c.negotiation == bindparam("negotiation")))
NEGOTIATIONS = Prepared(_listed)
NEGOTIATIONS_IN_STATE = Prepared(_listed.where(NEGOTIATION.c.state == bindparam("state")))

ADD_ETHICS_CASE = Prepared(insert_new(ETHICS_CASE))
DECIDE_ETHICS_CASE = Prepared(
    update(ETHICS_CASE)
    .where(ETHICS_CASE.c.case == bindparam("deciding"))
    .values(approved=bindparam("decided"), board=bindparam("by_board"), reason=bindparam("why"))
)
ETHICS_CASE_BY_IRI = Prepared(select(ETHICS_CASE).where(ETHICS_CASE.c.case == bindparam("case")))
_cases = (
    select(ETHICS_CASE)
    .where(ETHICS_CASE.c.seq > bindparam("after"))
    .order_by(ETHICS_CASE.c.seq)
    .limit(bindparam("limit"))
)
ETHICS_CASES = Prepared(_cases)
OPEN_ETHICS_CASES = Prepared(_cases.where(ETHICS_CASE.c.approved.is_(None)))
DECIDED_ETHICS_CASES = Prepared(_cases.where(ETHICS_CASE.c.approved.is_not(None)))
