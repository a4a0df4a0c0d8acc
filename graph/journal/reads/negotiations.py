"""Reading negotiations and ethics cases."""

from collections.abc import Sequence

import msgspec

from graph.journal.events import AnsweredBy, ReviewHeld, TermReason
from graph.journal.reads.base import PAGE, Reads, position
from graph.journal.rows import EthicsCaseRow, NegotiationRow, NegotiationState, SignatureRow
from graph.sql.connection import Connection, Row
from graph.sql.statements import negotiations as statements
from graph.times import instant


class NegotiationReads(Reads):
    """What is being negotiated."""

    def negotiation(self, iri: str) -> NegotiationRow | None:
        """One negotiation."""
        return negotiation_row(self._connection, iri)

    def negotiations(
        self, party: str, state: NegotiationState | None = None, after: int | None = None, limit: int = PAGE
    ) -> Sequence[NegotiationRow]:
        """A party's negotiations on either side, oldest first, beginning after the one with ``seq`` = ``after``."""
        page = {"party": party, "after": position(after), "limit": limit}
        if state is None:
            found = self._connection.rows(statements.NEGOTIATIONS, **page)
        else:
            found = self._connection.rows(statements.NEGOTIATIONS_IN_STATE, state=state.value, **page)
        return [_negotiation(self._connection, row) for row in found]

    def ethics_case(self, iri: str) -> EthicsCaseRow | None:
        """One case before the board."""
        return ethics_case_row(self._connection, iri)

    def ethics_cases(
        self,
        open: bool | None = None,  # noqa: A002, FBT001  # the word of the domain
        after: int | None = None,
        limit: int = PAGE,
    ) -> Sequence[EthicsCaseRow]:
        """Cases before the board, oldest first: all, the open ones, or the decided ones."""
        if open is None:
            statement = statements.ETHICS_CASES
        else:
            statement = statements.OPEN_ETHICS_CASES if open else statements.DECIDED_ETHICS_CASES
        return [_ethics_case(row) for row in self._connection.rows(statement, after=position(after), limit=limit)]


def negotiation_row(connection: Connection, iri: str) -> NegotiationRow | None:
    """One negotiation as it stands, also inside a transaction."""
    row = connection.row(statements.NEGOTIATION_BY_IRI, negotiation=iri)
    return None if row is None else _negotiation(connection, row)


def ethics_case_row(connection: Connection, iri: str) -> EthicsCaseRow | None:
    """One case as it stands, also inside a transaction."""
    row = connection.row(statements.ETHICS_CASE_BY_IRI, case=iri)
    return None if row is None else _ethics_case(row)


def _negotiation(connection: Connection, row: Row) -> NegotiationRow:
    (
        negotiation,
        request,
        dataset,
        assigner,
        assignee,
        state,
        policy,
        previous_policy,
        turn,
        hold,
        ethics_case,
        ethics_approved,
        agreement,
        agreement_policy,
        licence,
        adjusts,
        answered_by,
        reasons,
        note,
        at,
        seq,
        renews,
        renews_version,
        finding,
        version,
    ) = row
    return NegotiationRow(
        negotiation=negotiation,
        request=request,
        dataset=dataset,
        assigner=assigner,
        assignee=assignee,
        state=NegotiationState(state),
        version=version,
        policy=policy,
        previous_policy=previous_policy,
        turn=turn,
        hold=msgspec.json.decode(hold, type=ReviewHeld) if hold else None,
        ethics_case=ethics_case,
        ethics_approved=None if ethics_approved is None else bool(ethics_approved),
        agreement=agreement,
        agreement_policy=agreement_policy,
        licence=licence,
        adjusts=adjusts,
        renews=renews,
        renews_version=renews_version,
        finding=finding,
        answered_by=AnsweredBy(answered_by) if answered_by else None,
        reasons=msgspec.json.decode(reasons, type=tuple[TermReason, ...]),
        note=note,
        signatures=tuple(map(_signature, connection.rows(statements.SIGNATURES, negotiation=negotiation))),
        at=instant(at),
        seq=seq,
    )


def _signature(row: Row) -> SignatureRow:
    _negotiation, seq, by, key, signature, delegated, at = row
    return SignatureRow(by=by, key=key, signature=signature, delegated=bool(delegated), at=instant(at), seq=seq)


def _ethics_case(row: Row) -> EthicsCaseRow:
    case, negotiation, dataset, approved, board, reason, at, seq = row
    return EthicsCaseRow(
        case=case,
        negotiation=negotiation,
        dataset=dataset,
        approved=None if approved is None else bool(approved),
        board=board,
        reason=reason,
        at=instant(at),
        seq=seq,
    )
