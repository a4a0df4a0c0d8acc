"""The files of ``muniment policy``: policies, cases and states; whatever is refused is told with its file."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from gateway.cli.errors import FileUnreadableError
from gateway.cli.failures import FAILED, page_of, report
from gateway.cli.files import bytes_of, json_object
from gateway.errors import printable
from policies.errors import CaseInvalidError, PolicyError

if TYPE_CHECKING:
    from policies.cases import Case
    from policies.model import ColumnFacts, Policy, State

USAGE: Final = 2
"""Exit status of a command whose files cannot be read at all."""


def policy_in(path: Path) -> "Policy":
    """The policy in a file.

    Raises:
        FileUnreadableError: the file cannot be opened.
        PolicyError: it holds no policy of the profile.
    """
    from policies.jsonld import intake  # noqa: PLC0415  # cheap at start

    return intake(bytes_of(path))


def taken_in(path: Path) -> "Policy":
    """The policy in a file; ends the command when there is none."""
    with reading(path):
        try:
            return policy_in(path)
        except PolicyError as refused:
            for line in refusal_lines(path, refused):
                typer.echo(line, err=True)
            raise typer.Exit(FAILED) from None


def mandates_in(paths: Sequence[Path]) -> tuple["Policy", ...]:
    """The policies in several files."""
    return tuple(taken_in(path) for path in paths)


def case_in(path: Path, kind: str, policies: Sequence["Policy"]) -> "Case":
    """The case in a file about the policies, with the columns of the kind unless it lists its own.

    Ends the command when there is none, or when its state names what the policies do not have.
    """
    from policies.case_names import require_named  # noqa: PLC0415  # cheap at start
    from policies.cases import case_of  # noqa: PLC0415  # cheap at start

    columns = columns_of(kind)
    with reading(path):
        case = case_of(json_object(path), columns=columns)
        require_named(case.state, policies, case.request.dataset.columns, pointer="/state")
        return case


def state_in(path: Path, case: "Case", policies: Sequence["Policy"]) -> "State":
    """The state in a file, for a case about the policies; ends the command as ``case_in`` does."""
    from policies.case_names import require_named  # noqa: PLC0415  # cheap at start
    from policies.cases import state_of  # noqa: PLC0415  # cheap at start

    with reading(path):
        state = state_of(json_object(path))
        require_named(state, policies, case.request.dataset.columns)
        return state


def columns_of(kind: str) -> "Mapping[str, ColumnFacts] | None":
    """The columns of a kind by its name; nothing without a name."""
    if not kind:
        return None
    from connectors.kinds import Kind  # noqa: PLC0415  # cheap at start
    from gateway.exchange.facts import column_facts  # noqa: PLC0415  # cheap at start

    if kind not in set(Kind):
        raise typer.BadParameter(f"`{kind}` is none of {', '.join(Kind)}", param_hint="--kind")
    return column_facts(Kind(kind))


def refusal_lines(path: Path, refused: PolicyError) -> Iterator[str]:
    """What a refusal says, for people."""
    yield printable(f"{path}: refused, {refused.message}")
    yield printable(f"  what to do: {refused.hint}")
    yield f"  rule: {refused.rule}, told in docs/reference/policy-semantics.md"
    yield f"  code: {refused.code}, told in {page_of(refused.code)}"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """A file that cannot be read is a wrong use of the command, not an answer of it."""
    try:
        yield
    except (FileUnreadableError, CaseInvalidError) as failure:
        if isinstance(failure, CaseInvalidError):
            failure.name(f"`{path}`")
        report(failure)
        raise typer.Exit(USAGE) from None
