"""The cases before the ethics board."""

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.existing import existing_case
from gateway.exchange.paging import page
from gateway.exchange.ports import Ports
from gateway.exchange.presented_licences import ethics_case_view
from gateway.exchange.reading import Reading, read
from gateway.exchange.views import EthicsCaseView, Page


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
        start = None if after is None else existing_case(reading, after).seq
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
        return ethics_case_view(ports, reading, existing_case(reading, case))

    return await read(ports, principal, found)
