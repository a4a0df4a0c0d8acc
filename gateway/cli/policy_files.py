"""The files of ``muniment policy``: policies, cases and states; whatever is refused is told with its file."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from gateway.cli.errors import FileUnreadableError
from gateway.cli.failures import page_of, report
from gateway.cli.files import json_object, piped_or_bytes_of
from gateway.errors import printable
from policies.errors import CaseInvalidError, CodedError, PolicyError

if TYPE_CHECKING:
    from policies.cases import Case
    from policies.model import ColumnFacts, Policy, State

USAGE: Final = 2
"""Exit status of a command whose files cannot be read at all, or say nothing that it could work with."""


def policy_in(path: Path) -> "Policy":
    """The policy in a file, or in standard input.

    Raises:
        FileUnreadableError: the file cannot be opened.
        PolicyError: it holds no policy of the profile.
    """
    from policies.jsonld import intake  # noqa: PLC0415  # cheap at start

    return intake(piped_or_bytes_of(path))


def attempted(path: Path, check: "Callable[[Policy], None] | None" = None) -> "Policy | CodedError":
    """The policy in a file, or why there is none, or why the check refuses it."""
    try:
        found = policy_in(path)
        if check is not None:
            check(found)
    except (FileUnreadableError, PolicyError) as failure:
        return failure
    return found


def taken_in(path: Path) -> "Policy":
    """The policy in a file; ends the command when there is none."""
    with reading(path):
        return policy_in(path)


def mandates_in(paths: Sequence[Path]) -> tuple["Policy", ...]:
    """The mandates in several files; ends the command when one is no set of rules."""
    from policies.model import PolicyClass  # noqa: PLC0415  # cheap at start
    from policies.vocabulary import local  # noqa: PLC0415  # cheap at start

    mandates = tuple(taken_in(path) for path in paths)
    for path, each in zip(paths, mandates, strict=True):
        if each.policy_class is not PolicyClass.SET:
            raise typer.BadParameter(
                f"`{path}` holds a policy of class `{local(each.policy_class)}`; a mandate is a `Set`",
                param_hint="--mandate",
            )
    return mandates


def case_in(
    path: Path,
    columns: "Mapping[str, ColumnFacts] | None",
    *,
    state: "State | None" = None,
    now: datetime | None = None,
) -> "Case":
    """The case in a file; what is given here it may leave out. Ends the command when there is none."""
    from policies.cases import case_of  # noqa: PLC0415  # cheap at start

    with reading(path):
        return case_of(json_object(path), columns=columns, state=state, now=now)


def state_in(path: Path) -> "State":
    """The state in a file; ends the command when it has none."""
    from policies.cases import state_of  # noqa: PLC0415  # cheap at start

    with reading(path):
        return state_of(json_object(path))


def require_names(path: Path, state: "State", case: "Case", policies: Sequence["Policy"], *, pointer: str = "") -> None:
    """Ends the command when the state in a file names what the policies, or the dataset of the case, do not have."""
    from policies.case_names import require_named  # noqa: PLC0415  # cheap at start

    with reading(path):
        require_named(state, policies, case.request.dataset.columns, pointer=pointer)


def columns_of(kind: str | None) -> "Mapping[str, ColumnFacts] | None":
    """The columns of a kind by its name; nothing without a name."""
    if kind is None:
        return None
    from connectors.kinds import Kind  # noqa: PLC0415  # cheap at start
    from gateway.exchange.facts import column_facts  # noqa: PLC0415  # cheap at start

    if kind not in set(Kind):
        raise typer.BadParameter(f"`{kind}` is none of {', '.join(Kind)}", param_hint="--kind")
    return column_facts(Kind(kind))


def tell_unregistrable(
    given: "Collection[tuple[Path, Policy]]", now: datetime, columns: "Mapping[str, ColumnFacts] | None"
) -> None:
    """Say of each policy that registration would refuse why it would; the command goes on all the same."""
    from policies.validate import validate  # noqa: PLC0415  # cheap at start

    for path, policy in given:
        try:
            validate(policy, now=now, columns=columns)
        except PolicyError as refused:
            typer.echo(printable(f"{path}: cannot be registered: {refused.message}"), err=True)


def tell_refusal(path: Path, failure: CodedError, *, err: bool = True) -> None:
    """Print why a file is refused, for people."""
    if not isinstance(failure, PolicyError):
        report(failure)
        return
    for line in (
        f"{path}: refused, {failure.message}",
        f"  what to do: {failure.hint}",
        f"  rule: {failure.rule}, told in docs/reference/policy-semantics.md",
        f"  code: {failure.code}, told in {page_of(failure.code)}",
    ):
        typer.echo(printable(line), err=err)


def refusal_value(failure: CodedError) -> dict[str, Any]:
    """Why a file is refused, for programs; a file that cannot be read breaks no rule."""
    broken = failure if isinstance(failure, PolicyError) else None
    return {
        "code": failure.code,
        "rule": None if broken is None else broken.rule,
        "pointer": "" if broken is None else broken.pointer,
        "message": failure.message,
        "hint": failure.hint,
    }


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """A file that cannot be read or used is a wrong use of the command, not an answer of it."""
    try:
        yield
    except (FileUnreadableError, CaseInvalidError, PolicyError) as failure:
        if isinstance(failure, CaseInvalidError):
            failure.name(f"`{path}`")
        tell_refusal(path, failure)
        raise typer.Exit(USAGE) from None
