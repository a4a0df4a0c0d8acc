"""What views and decisions are made from: one consistent state of the record, at one moment, for one reader."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypeVar

from gateway.auth.principal import Principal
from gateway.exchange.agreements import AgreementPolicies
from gateway.exchange.ports import Ports
from graph.journal.view import View
from policies.model import Policy

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Lives as long as one read transaction."""

    view: View
    policies: AgreementPolicies
    now: datetime
    reader: Principal

    @classmethod
    def of(cls, ports: Ports, reader: Principal, view: View) -> Self:
        """A reading of this view, now."""
        return cls(view=view, policies=ports.policies, now=ports.clock(), reader=reader)

    def policy(self, digest: str) -> Policy:
        """The policy that is stored under this hash.

        Raises:
            JournalCorruptError: None is.
            PolicyHashMismatchError: The stored document has been changed.
        """
        return self.policies.load(digest, self.view)


async def read(ports: Ports, reader: Principal, work: Callable[[Reading], T]) -> T:
    """Do some work on one reading, in a thread."""
    return await ports.journal.view(lambda view: work(Reading.of(ports, reader, view)))
