"""The decision seam: whoever answers for the owner's side is a chain of reviewers.

Each reviewer, asked in order, *acts* (agrees, offers other terms, rejects with reasons), *holds* (a person must
decide), or passes. The first that does not pass decides. A conformance script is one more reviewer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, TypeAlias, assert_never

from graph.journal.events import AnsweredBy, TermReason
from policies.match import ContainmentVerdict, contain
from policies.model import Policy

ACTION: Final = "action"
"""Term of reasons that speak of the use itself."""
ETHICS: Final = "rep:obtainEthicsDecision"


class PlatformUse(StrEnum):
    """What the platform's own terms, with what was decided about them, say of the use that is asked for."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    UNDECIDED = "undecided"


class EthicsStatus(StrEnum):
    """How far the ethics board is with a negotiation."""

    NOT_NEEDED = "not_needed"
    NEEDED = "needed"
    """No case has been opened yet."""
    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What is to be answered, and everything a reviewer may know of it."""

    negotiation: str
    terms: Policy
    """What the developer asks for."""
    platform_use: PlatformUse
    ethics: EthicsStatus
    bounds: Policy | None = None
    """The owner's private floor, when signing within it was delegated to the key that the gateway holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agree:
    """Accept the terms as they stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """Answer with other terms."""

    terms: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """End the negotiation."""

    reasons: tuple[TermReason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Wait for a person."""

    code: str
    terms: tuple[str, ...] = ()
    """Terms that are outside the bounds, or unknown."""


Answer: TypeAlias = Agree | Propose | Reject | Hold


class Reviewer(Protocol):
    """Answers for the owner's side, or passes to the next."""

    @property
    def role(self) -> AnsweredBy:
        """Under whose name the answer is recorded."""
        ...

    def review(self, review: Review) -> Answer | None:
        """The answer; nothing to pass. Pure: the same review always has the same answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """The answer of a chain, and who gave it."""

    by: AnsweredBy
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformTermsReviewer:
    """Nobody licenses what the platform's own terms forbid, or leave open until somebody decided with a reason."""

    role: AnsweredBy = AnsweredBy.PLATFORM_TERMS

    def review(self, review: Review) -> Answer | None:
        """Reject forbidden and undecided uses."""
        match review.platform_use:
            case PlatformUse.ALLOWED:
                return None
            case PlatformUse.FORBIDDEN:
                return Reject(reasons=(TermReason(term=ACTION, code="PLATFORM_TERMS_FORBID"),))
            case PlatformUse.UNDECIDED:
                return Reject(reasons=(TermReason(term=ACTION, code="PLATFORM_TERMS_UNDECIDED"),))
            case _:
                assert_never(review.platform_use)


@dataclass(frozen=True, slots=True, kw_only=True)
class EthicsReviewer:
    """A sensitive use waits until the ethics board approved it."""

    role: AnsweredBy = AnsweredBy.ETHICS_BOARD

    def review(self, review: Review) -> Answer | None:
        """Hold while the board has not decided; reject what it refused."""
        match review.ethics:
            case EthicsStatus.NOT_NEEDED | EthicsStatus.APPROVED:
                return None
            case EthicsStatus.NEEDED | EthicsStatus.OPEN:
                return Hold(code="ETHICS_DECISION_OPEN")
            case EthicsStatus.REFUSED:
                return Reject(reasons=(TermReason(term=ETHICS, code="ETHICS_REFUSED"),))
            case _:
                assert_never(review.ethics)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRulesReviewer:
    """Within the bounds that the owner signed, the gateway agrees for the owner; never outside, never when in doubt."""

    role: AnsweredBy = AnsweredBy.STANDING_RULES

    def review(self, review: Review) -> Answer | None:
        """Agree when every term is known to be inside; hold with the others; pass when nothing was delegated."""
        if review.bounds is None:
            return None
        contained = contain(review.terms, review.bounds)
        match contained.verdict:
            case ContainmentVerdict.COMPATIBLE:
                return Agree()
            case ContainmentVerdict.INCOMPATIBLE:
                code = "OUTSIDE_BOUNDS"
            case ContainmentVerdict.UNKNOWN:
                code = "BOUNDS_UNKNOWN"
            case _:
                assert_never(contained.verdict)
        return Hold(code=code, terms=tuple(each.term for each in contained.unmet))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerReviewer:
    """The owner in person."""

    role: AnsweredBy = AnsweredBy.OWNER

    def review(self, review: Review) -> Answer | None:  # noqa: ARG002  # whatever it is, a person looks at it
        """Always wait."""
        return Hold(code="OWNER_MUST_ANSWER")


CHAIN: Final[tuple[Reviewer, ...]] = (
    PlatformTermsReviewer(),
    EthicsReviewer(),
    StandingRulesReviewer(),
    OwnerReviewer(),
)


def answered(chain: Sequence[Reviewer], review: Review) -> Reviewed:
    """The first answer of the chain; when everybody passes, the owner has to answer in person."""
    for reviewer in chain:
        answer = reviewer.review(review)
        if answer is not None:
            return Reviewed(by=reviewer.role, answer=answer)
    return Reviewed(by=AnsweredBy.OWNER, answer=Hold(code="OWNER_MUST_ANSWER"))
