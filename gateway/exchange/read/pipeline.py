"""A read, as eight steps in order. One GraphQL operation is one run and one commit.

1. authenticate: the token became a principal with one grant per licence   (``gateway.auth``); its scope is checked
2. plan:         which dataset under which licence, for every record field (``plan.py``)
3. decide:       each by its own agreement; denials end here, recorded     (``decide.py``)
4. fetch:        permitted datasets, concurrently, each with its deadline  (``fetch.py``)
5. mask:         who may be seen, which columns, transformed               (``mask.py``, ``share.py``)
6. commit:       licence live? terms, consent unchanged? quota? durable    (``commit.py``)
7. respond:      what was committed, a report and a receipt per dataset    (``respond.py``)
8. project:      later: the journal is followed into the graph             (``graph.provenance.projector``)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.notices import ConsentCover
from gateway.exchange.ports import Ports
from gateway.exchange.read import respond
from gateway.exchange.read.commit import Committed, commit, consent_cover, record_denials
from gateway.exchange.read.decide import Denied, Permitted, decide
from gateway.exchange.read.fetch import Fetched, fetch
from gateway.exchange.read.keys import RunKeys
from gateway.exchange.read.mask import Candidates, candidates, release, row_count, visible_rows
from gateway.exchange.read.model import ReadCommand, ReadResult
from gateway.exchange.read.plan import plan
from gateway.exchange.read.share import share
from graph.journal.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """Steps 2 and 3, over one snapshot of the registers."""

    permitted: tuple[Permitted, ...]
    denied: tuple[Denied, ...]
    covers: Mapping[tuple[str, str], ConsentCover]
    """By field and dataset: who allows what."""


async def run(ports: Ports, principal: Principal, commands: tuple[ReadCommand, ...]) -> tuple[ReadResult, ...]:
    """Read everything that one operation asks for.

    Args:
        ports: journal, sources, keys, clock and limits.
        principal: the authenticated caller.
        commands: one per record field of the operation.

    Returns:
        One result per command, in order. Denied, failed and withheld datasets are reports in it, never exceptions.

    Raises:
        ScopeMissingError: the token may not query.
    """
    principal.require(Scope.GRAPH_QUERY)  # 1
    decided = await ports.journal.view(lambda view: _plan_and_decide(ports, principal, commands, view))  # 2, 3
    denied = await record_denials(decided.denied, ports, principal)
    keys = await RunKeys.of(ports, decided.permitted)
    fetched = await fetch(  # 4
        decided.permitted,
        ports.sources,
        lambda each, rows: row_count(visible_rows(each, rows, decided.covers[each.key].known, keys.people(each))),
        sort_rows=ports.limits.sort_rows,
    )
    chosen = [  # 5
        candidates(each, decided.covers[each.permitted.key], keys.people(each.permitted))
        for each in fetched
        if _usable(each)
    ]
    pages = {command.field: _page(command, chosen) for command in commands}
    releases = tuple(
        release(each, count, keys.licence(each.permitted), keys.people(each.permitted))
        for page in pages.values()
        for each, count in page.taken
    )
    committed = await commit(releases, ports, principal, keys)  # 6
    reports = {
        **{each.denied.plan.key: respond.refused(each) for each in denied},
        **{each.permitted.key: respond.failed(each) for each in fetched if not _usable(each)},
        **{each.release.permitted.key: respond.committed(each) for each in committed},
    }
    return tuple(  # 7
        respond.result(
            command,
            [each.release for each in committed if _left(each) and each.release.permitted.plan.command is command],
            [report for (field, _), report in sorted(reports.items()) if field == command.field],
            has_next=pages[command.field].has_next,
        )
        for command in commands
    )  # 8 follows the journal, in its own time


def _plan_and_decide(ports: Ports, principal: Principal, commands: tuple[ReadCommand, ...], view: View) -> _Decided:
    plans = plan(commands, principal, view)
    outcomes = [decide(each, principal.party, view, ports.policies, ports.clock()) for each in plans]
    permitted = tuple(each for each in outcomes if isinstance(each, Permitted))
    return _Decided(
        permitted=permitted,
        denied=tuple(each for each in outcomes if isinstance(each, Denied)),
        covers={each.key: consent_cover(each, principal, view) for each in permitted},
    )


def _usable(fetched: Fetched) -> bool:
    """A source that failed before it gave a row has nothing to release; one that failed later gave a part."""
    return fetched.problem is None or fetched.rows.num_rows > 0


def _left(committed: Committed) -> bool:
    return committed.receipt is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What one field's page takes of each dataset."""

    taken: tuple[tuple[Candidates, int], ...]
    has_next: bool


def _page(command: ReadCommand, chosen: Sequence[Candidates]) -> _Page:
    own = [each for each in chosen if each.fetched.permitted.plan.command is command]
    shared = share(command, own)
    return _Page(taken=tuple(zip(own, shared.counts, strict=True)), has_next=shared.has_next)
