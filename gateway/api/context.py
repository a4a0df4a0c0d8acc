"""What the resolvers of one operation share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.api.cursors import CursorCodec, plan_digest
from gateway.api.limits import Limits
from gateway.api.relay import Window
from gateway.auth.principal import Principal
from gateway.exchange.ports import Ports
from gateway.exchange.read.model import ReadResult
from policies.errors import CodedError


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAnswer:
    """What one record field of the operation is answered with."""

    outcome: ReadResult | CodedError | Exception
    plan: str = ""
    """Digest that the cursors of the list are bound to."""
    selected: tuple[str, ...] = ()
    """Canonical columns."""
    paged: bool = False
    """True when the page was asked for with a cursor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One operation of one party; made for it and dropped after it."""

    ports: Ports
    principal: Principal
    cursors: CursorCodec
    limits: Limits
    records: Mapping[str, RecordAnswer] = field(default_factory=dict)
    """By response key of the operation's root; filled by the one run of the read path."""

    def window(self, first: int, after: str | None, *plan: object) -> Window:
        """The part of a list that is asked for; ``plan`` is what identifies the list for this party.

        Raises:
            ListSizeError: ``first`` is out of range.
            CursorInvalidError: ``after`` is not a cursor of this list.
        """
        digest = plan_digest(self.principal.party, *plan)
        return Window.of(self.cursors, digest, first, after, most=self.limits.page_rows)
