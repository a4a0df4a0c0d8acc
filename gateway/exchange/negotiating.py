"""What every act within a negotiation shares: whose it is, whose turn it is, and what is read to decide."""

from dataclasses import dataclass

from gateway.auth.principal import Principal
from gateway.exchange.appending import require_same, the
from gateway.exchange.commands import Command
from gateway.exchange.errors import EthicsDecisionOpenError, LicenceStateError, NotFoundError, NotYourTurnError
from gateway.exchange.existing import existing_dataset
from gateway.exchange.ports import Ports
from gateway.exchange.presented_licences import negotiation_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.review import EthicsStatus
from gateway.exchange.sensitivity import ethics_status
from gateway.exchange.views import NegotiationView
from graph.journal.events import AnsweredBy, LicenceRequested, Recorded
from graph.journal.guards import ExpectedVersion
from graph.journal.rows import DatasetRow, LicenceRow, NegotiationRow, NegotiationState
from policies.model import LicenceStatus, Policy

ANSWERABLE = frozenset({NegotiationState.REQUESTED, NegotiationState.OFFERED})
"""Terms lie on the table, and nobody has accepted them yet."""
SIGNABLE = frozenset({NegotiationState.ACCEPTED, NegotiationState.AGREED})
"""Terms were accepted, and a signature is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A negotiation that waits for the caller."""

    row: NegotiationRow
    dataset: DatasetRow
    terms: Policy
    """The last ones."""
    ethics: EthicsStatus

    @property
    def owner(self) -> bool:
        """True when the caller is the owner's side."""
        return self.row.turn == self.row.assigner

    @property
    def role(self) -> AnsweredBy:
        """Under whose name the caller's answer is recorded."""
        return AnsweredBy.OWNER if self.owner else AnsweredBy.DEVELOPER

    @property
    def expected(self) -> tuple[ExpectedVersion, ...]:
        """The streams that were read."""
        return (
            ExpectedVersion(stream=self.row.negotiation, version=self.row.version),
            ExpectedVersion(stream=self.dataset.dataset, version=self.dataset.version),
        )


def own_negotiation(reading: Reading, negotiation: str) -> NegotiationRow:
    """A negotiation that the caller is a side of.

    Raises:
        NotFoundError: There is none; a foreign one looks the same.
    """
    row = reading.view.negotiation(negotiation)
    if row is None or reading.reader.party not in {row.assigner, row.assignee}:
        raise NotFoundError("licence request", negotiation)
    return row


def begun_by_owner(reading: Reading, row: NegotiationRow) -> bool:
    """Whether the owner began, as only a renewal can be."""
    begun = reading.view.events_about(row.negotiation, limit=1, types=(LicenceRequested,)) if row.renews else ()
    return any(isinstance(each.event, LicenceRequested) and bool(each.event.by) for each in begun)


def own_turn(reading: Reading, negotiation: str, states: frozenset[NegotiationState], *, ending: bool = False) -> Turn:
    """A negotiation that waits for the caller's answer.

    Raises:
        NotFoundError: There is none of the caller's.
        NotYourTurnError: It is in another state, or waits for the other side.
        EthicsDecisionOpenError: The caller is the owner, and the ethics board has not decided yet.
        LicenceStateError: The licence that it renews was ended, or is paused; not asked when the answer ends it.
    """
    row = own_negotiation(reading, negotiation)
    if row.state not in states or row.turn != reading.reader.party:
        raise NotYourTurnError(row.negotiation, row.state.value)
    if not ending:
        _require_renewable(reading, row)
    dataset = existing_dataset(reading, row.dataset)
    terms = reading.policy(row.policy)
    turn = Turn(row=row, dataset=dataset, terms=terms, ethics=ethics_status(row, terms, sensitive=dataset.sensitive))
    if turn.owner:
        require_ethics_closed(turn)
    return turn


RENEWABLE = frozenset({LicenceStatus.ACTIVE, LicenceStatus.EXPIRED})
"""A newer agreement can follow."""


def require_renewable(row: LicenceRow) -> None:
    """Pass when a newer agreement can follow the licence's last.

    Raises:
        LicenceStateError: It was ended, or is paused.
    """
    if row.state not in RENEWABLE:
        raise LicenceStateError(row.licence, row.state.value, "renewed")


def _require_renewable(reading: Reading, row: NegotiationRow) -> None:
    licence = reading.view.licence(row.renews) if row.renews else None
    if licence is not None:
        require_renewable(licence)


def require_ethics_closed(turn: Turn) -> None:
    """Pass when the ethics board has nothing left to decide.

    Raises:
        EthicsDecisionOpenError: It has.
    """
    if turn.ethics in {EthicsStatus.NEEDED, EthicsStatus.OPEN}:
        raise EthicsDecisionOpenError(turn.row.negotiation, turn.row.ethics_case)


async def negotiation_result(
    ports: Ports, principal: Principal, command: Command, recorded: tuple[Recorded, ...], expected: tuple[str, type]
) -> NegotiationView:
    """The negotiation after what was recorded."""
    negotiation, event_type = expected
    require_same(negotiation, the(recorded, event_type, command).negotiation, command)

    def shown(reading: Reading) -> NegotiationView:
        return negotiation_view(ports, reading, own_negotiation(reading, negotiation))

    return await read(ports, principal, shown)
