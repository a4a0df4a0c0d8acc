"""Reading reported runs and concerns."""

from collections.abc import Sequence

from graph.journal.reads.base import PAGE, Reads, position
from graph.journal.rows import ConcernRow, ConcernState, RunRow
from graph.sql.connection import Connection, Row
from graph.sql.statements import reports as statements
from graph.times import instant


class ReportReads(Reads):
    """What licensees reported, and what owners made of it."""

    def run(self, iri: str) -> RunRow | None:
        """One reported run."""
        row = self._connection.row(statements.RUN_BY_IRI, of=iri)
        return None if row is None else _run(row)

    def runs_under(self, licence: str) -> Sequence[RunRow]:
        """Every run on a delivery that holds records of a licence, oldest first."""
        return [_run(row) for row in self._connection.rows(statements.RUNS_UNDER, under=licence)]

    def runs_of(
        self, model: str, party: str | None = None, after: int | None = None, limit: int = PAGE
    ) -> Sequence[RunRow]:
        """Runs of a model of this name, of one licensee or of all, oldest first."""
        found = self._connection.rows(
            statements.RUNS_OF_MODEL,
            of=model,
            by=party or "",
            everybody=int(party is None),
            after=position(after),
            limit=limit,
        )
        return [_run(row) for row in found]

    def concern(self, iri: str) -> ConcernRow | None:
        """One concern."""
        return concern_row(self._connection, iri)

    def concerns(self, party: str, after: int | None = None, limit: int = PAGE) -> Sequence[ConcernRow]:
        """A party's concerns on either side, oldest first, beginning after the one with ``seq`` = ``after``."""
        found = self._connection.rows(statements.CONCERNS, party=party, after=position(after), limit=limit)
        return [_concern(row) for row in found]


def concern_row(connection: Connection, iri: str) -> ConcernRow | None:
    """One concern as it stands, also inside a transaction."""
    row = connection.row(statements.CONCERN_BY_IRI, of=iri)
    return None if row is None else _concern(row)


def _run(row: Row) -> RunRow:
    run, party, delivery, model, action, purpose, started, ended, facets, code, at, seq = row
    return RunRow(
        run=run,
        party=party,
        delivery=delivery,
        model=model,
        action=action,
        purpose=purpose,
        started=instant(started),
        ended=instant(ended),
        facets=facets,
        code=code,
        at=instant(at),
        seq=seq,
    )


def _concern(row: Row) -> ConcernRow:
    concern, about, licence, state, text, answer, code, at, seq, assigner, assignee, version = row
    return ConcernRow(
        concern=concern,
        about=about,
        licence=licence,
        assigner=assigner,
        assignee=assignee,
        state=ConcernState(state),
        text=text,
        answer=answer,
        code=code,
        at=instant(at),
        version=version,
        seq=seq,
    )
