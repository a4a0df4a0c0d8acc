"""The cases before the ethics board."""

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.errors import NotFoundError
from gateway.exchange.paging import page
from gateway.exchange.ports import Ports
from gateway.exchange.presented_licences import ethics_case_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.views import EthicsCaseView, Page
from graph.journal.rows import EthicsCaseRow


async def ethics_cases(
    ports: Ports, principal: Principal, *, first: int, after: str | None = None, is_open: bool | None = None
) -> Page[EthicsCaseView]:
    """The cases, the oldest first: all, the open ones, or the decided ones.

    Raises:
        ScopeMissingError: Without ``ethics:review``.
        NotFoundError: ``after`` is no case.
    """
    principal.require(Scope.ETHICS_REVIEW)

    def found(reading: Reading) -> Page[EthicsCaseView]:
        start = None if after is None else case_row(reading, after).seq
        rows = reading.view.ethics_cases(is_open, after=start, limit=first + 1)
        return page(rows, first, lambda row: ethics_case_view(ports, reading, row))

    return await read(ports, principal, found)


async def ethics_case(ports: Ports, principal: Principal, case: str) -> EthicsCaseView:
    """One case.

    Raises:
        ScopeMissingError: Without ``ethics:review``.
        NotFoundError: There is none.
    """
    principal.require(Scope.ETHICS_REVIEW)

    def found(reading: Reading) -> EthicsCaseView:
        return ethics_case_view(ports, reading, case_row(reading, case))

    return await read(ports, principal, found)


def case_row(reading: Reading, case: str) -> EthicsCaseRow:
    """A case by IRI.

    Raises:
        NotFoundError: There is none.
    """
    row = reading.view.ethics_case(case)
    if row is None:
        raise NotFoundError("ethics case", case)
    return row
