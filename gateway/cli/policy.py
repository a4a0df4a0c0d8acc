"""``muniment policy``: try terms before anybody signs them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gateway.cli.failures import FAILED
from gateway.cli.policy_files import (
    USAGE,
    attempted,
    case_in,
    columns_of,
    mandates_in,
    reading,
    refusal_value,
    require_names,
    state_in,
    taken_in,
    tell_refusal,
    tell_unregistrable,
)
from gateway.clock import system_clock
from gateway.errors import printable
from policies.errors import CaseInvalidError, CodedError, PolicyError

if TYPE_CHECKING:
    from policies.cases import Case
    from policies.model import Policy
    from policies.record import Record

policy = typer.Typer(help="Check, compare and try terms, from files alone.", no_args_is_help=True)

# WHY: the kinds themselves come with Arrow, and a command is to start at once.
KINDS: Final = (
    "Profile, ReputationScore, Rating, Credential, SocialEdge, Interaction, Utterance, Asset, Transaction, "
    "Preference, TelemetrySample"
)
_MOMENT: Final = "like 2027-01-31T12:00:00Z, with its offset"

File = Annotated[Path, typer.Argument(metavar="FILE", help="A policy in JSON-LD; `-` reads standard input.")]
Files = Annotated[
    list[Path], typer.Argument(metavar="FILE…", help="Policies in JSON-LD; `-` reads one from standard input.")
]
OfKind = Annotated[
    str | None, typer.Option("--kind", metavar="KIND", help=f"Kind of the dataset's records: one of {KINDS}.")
]
Mandates = Annotated[
    list[Path] | None,
    typer.Option("--mandate", metavar="FILE", help="A set of rules that narrows the terms; may be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@policy.command("validate")
def validate(
    *,
    files: Files,
    kind: OfKind = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="DATE", help=f"The moment at which no term may be past, {_MOMENT}. [default: now]"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check policies as at registration.

    Ends with 0 when every policy holds, with 1 when one is refused, with 2 when a file cannot be read or the command
    is used wrongly.
    """
    from policies.canonical import policy_hash  # noqa: PLC0415  # cheap at start
    from policies.validate import validate as require_valid  # noqa: PLC0415  # cheap at start
    from policies.vocabulary import local  # noqa: PLC0415  # cheap at start

    facts, now = columns_of(kind), system_clock() if at is None else _moment(at)
    told: list[dict[str, Any]] = []
    status = 0
    for path in files:
        found = attempted(path, lambda read: require_valid(read, now=now, columns=facts))
        if isinstance(found, CodedError):
            status = max(status, FAILED if isinstance(found, PolicyError) else USAGE)
            told.append({"file": str(path), "holds": False, "refusal": refusal_value(found)})
            if not as_json:
                tell_refusal(path, found, err=False)
            continue
        digest, name = policy_hash(found), local(found.policy_class)
        told.append(
            {
                "file": str(path),
                "holds": True,
                "class": name,
                "uid": found.uid,
                "hash": digest,
                "columns_checked": facts is not None,
            }
        )
        if not as_json:
            unchecked = ["  columns were not checked; name the kind with --kind"] if facts is None else []
            _say([f"{path}: holds, {name} `{found.uid}`", *unchecked, f"  {digest}"])
    if as_json:
        typer.echo(json.dumps({"holds": status == 0, "files": told}, indent=2))
    _end(status)


@policy.command("hash")
def hash_(
    *,
    files: Files,
    as_bytes: Annotated[
        bool, typer.Option("--bytes", help="Write the bytes of the normal form that are hashed, of one file.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the hash of each policy, by which agreements are signed and kept.

    Ends with 0 when every policy has one, with 2 when a file cannot be read, or holds no policy of the profile.
    """
    from policies.canonical import canonical_bytes, policy_hash  # noqa: PLC0415  # cheap at start

    now = system_clock()
    if as_bytes and (as_json or len(files) > 1):
        raise typer.BadParameter("the bytes of one file, and nothing else, go out", param_hint="--bytes")
    if as_bytes:
        only = taken_in(files[0])
        tell_unregistrable([(files[0], only)], now, None)
        typer.echo(canonical_bytes(only), nl=False)
        return
    told: list[dict[str, Any]] = []
    for path in files:
        found = attempted(path)
        if isinstance(found, CodedError):
            told.append({"file": str(path), "refusal": refusal_value(found)})
            if not as_json:
                tell_refusal(path, found)
            continue
        tell_unregistrable([(path, found)], now, None)
        told.append({"file": str(path), "hash": policy_hash(found)})
        if not as_json:
            _say([f"{told[-1]['hash']}  {path}"])
    if as_json:
        typer.echo(json.dumps({"files": told}, indent=2))
    _end(USAGE if any("refusal" in each for each in told) else 0)


@policy.command("diff")
def diff(
    *,
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="A policy in JSON-LD; `-` reads standard input.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="The policy to compare it with; or `-`.")],
    as_json: AsJson = False,
) -> None:
    """Compare two policies term by term and say which is wider.

    Ends with 0 when they have the same terms and one class, with 1 when they differ, with 2 when a file cannot be read,
    or holds no policy of the profile.
    """
    from gateway.cli.policy_changes import are_equal, lines_of, value_of  # noqa: PLC0415  # cheap at start
    from policies.difference import difference, renaming  # noqa: PLC0415  # cheap at start

    old, new = taken_in(before), taken_in(after)
    tell_unregistrable([(before, old), (after, new)], system_clock(), None)
    terms, names = difference(old, new), renaming(old, new)
    if as_json:
        typer.echo(json.dumps(value_of(terms, names), indent=2))
    else:
        _say(list(lines_of(terms, names)))
    _end(0 if are_equal(terms, names) else FAILED)


@policy.command("explain")
def explain(
    *,
    file: File,
    request: Annotated[
        Path | None, typer.Option(metavar="JSON", help="A request, the state it meets and the moment.")
    ] = None,
    kind: OfKind = None,
    mandate: Mandates = None,
    as_json: AsJson = False,
) -> None:
    """Say in plain language what terms mean; with a request: how it is decided, and by which rules.

    Ends with 0, with 1 when the request is denied, with 2 when a file cannot be read or is refused, or the command is
    used wrongly.
    """
    facts, terms, mandates = columns_of(kind), taken_in(file), mandates_in(mandate or ())
    given = [(file, terms), *zip(mandate or (), mandates, strict=True)]
    if request is None:
        tell_unregistrable(given, system_clock(), facts)
        _summarise((terms, *mandates), as_json=as_json)
        return
    from policies.explain import explain as report_on  # noqa: PLC0415  # cheap at start
    from policies.results import record_value, report_value  # noqa: PLC0415  # cheap at start

    case = case_in(request, facts)
    require_names(request, case.state, case, (terms, *mandates), pointer="/state")
    tell_unregistrable(given, case.now, facts)
    agreed, record = _tried(file, terms, case, mandates)
    report = report_on(agreed, case.request, case.state, case.now, mandates=mandates)
    if as_json:
        typer.echo(json.dumps({**record_value(record), "rules": report_value(report)}, indent=2))
    else:
        from gateway.cli.policy_tree import draw, outcome_lines  # noqa: PLC0415  # cheap at start

        _say([*_hypothetical(record, case), *outcome_lines(record.decision)])
        draw(report)
    _end(0 if record.decision.permitted else FAILED)


@policy.command("simulate")
def simulate(
    *,
    file: File,
    request: Annotated[Path, typer.Option(metavar="JSON", help="A request, the state it meets and the moment.")],
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="DATE", help=f"Another moment, {_MOMENT}; may be repeated. [default: the request's]"),
    ] = None,
    state: Annotated[
        list[Path] | None,
        typer.Option(metavar="JSON", help="Another state; may be repeated. [default: the request's]"),
    ] = None,
    kind: OfKind = None,
    mandate: Mandates = None,
    as_json: AsJson = False,
) -> None:
    """Decide one request at several moments or on several states, a line for each.

    Ends with 0 when all are permitted, with 1 when one is denied, with 2 when a file cannot be read or is refused, or
    the command is used wrongly.
    """
    from gateway.cli.policy_outcome import outcome_line  # noqa: PLC0415  # cheap at start
    from policies.explain import explain as report_on  # noqa: PLC0415  # cheap at start
    from policies.results import record_value  # noqa: PLC0415  # cheap at start

    facts, terms, mandates = columns_of(kind), taken_in(file), mandates_in(mandate or ())
    moments, states = [_moment(each) for each in at or ()], [(path, state_in(path)) for path in state or ()]
    case = case_in(request, facts, state=states[0][1] if states else None, now=moments[0] if moments else None)
    for path, found, pointer in [(path, found, "") for path, found in states] or [(request, case.state, "/state")]:
        require_names(path, found, case, (terms, *mandates), pointer=pointer)
    moments = moments or [case.now]
    tell_unregistrable([(file, terms), *zip(mandate or (), mandates, strict=True)], moments[0], facts)
    tried = [
        (name, each, *_tried(file, terms, each, mandates))
        for name, found in [(str(path), found) for path, found in states] or [("", case.state)]
        for each in (replace(case, state=found, now=moment) for moment in moments)
    ]
    if as_json:
        outcomes = [{**record_value(record), "state": name or str(request)} for name, _, _, record in tried]
        typer.echo(json.dumps({"outcomes": outcomes}, indent=2))
    else:
        lines = [
            outcome_line(record, report_on(agreed, each.request, each.state, each.now, mandates=mandates), name)
            for name, each, agreed, record in tried
        ]
        _say([*_hypothetical(tried[0][3], case), *lines])
    _end(0 if all(record.decision.permitted for _, _, _, record in tried) else FAILED)


def _tried(file: Path, terms: "Policy", case: "Case", mandates: Sequence["Policy"]) -> tuple["Policy", "Record"]:
    """The agreement that was tried, and what was decided under it; ends the command when it cannot be supposed."""
    from policies.evaluate import evaluate  # noqa: PLC0415  # cheap at start
    from policies.hypothesis import supposed  # noqa: PLC0415  # cheap at start
    from policies.record import record  # noqa: PLC0415  # cheap at start

    with reading(file):
        agreed = supposed(terms, case.request.party)
    decision = evaluate(agreed, case.request, case.state, case.now, mandates=mandates)
    return agreed, record(
        decision,
        agreement=agreed.uid,
        request=case.request,
        state=case.state,
        now=case.now,
        hypothetical=agreed is not terms,
    )


def _hypothetical(record: "Record", case: "Case") -> list[str]:
    if not record.hypothetical:
        return []
    return [f"hypothetical: as if `{record.agreement}` were an agreement with `{case.request.party}`"]


def _summarise(policies: Sequence["Policy"], *, as_json: bool) -> None:
    from policies import phrases  # noqa: PLC0415  # cheap at start
    from policies.canonical import policy_hash  # noqa: PLC0415  # cheap at start
    from policies.counters import counters_of  # noqa: PLC0415  # cheap at start
    from policies.render import summary  # noqa: PLC0415  # cheap at start

    told: list[dict[str, Any]] = []
    for each in policies:
        caps = {counter: phrases.condition(cap) for counter, cap in counters_of([each]).items()}
        told.append({"uid": each.uid, "hash": policy_hash(each), "summary": summary(each), "counters": caps})
        if not as_json:
            _say([*summary(each), *(f"Counted as `{counter}`: {cap}." for counter, cap in caps.items())])
    if as_json:
        typer.echo(json.dumps({"policies": told}, indent=2))


def _moment(text: str) -> datetime:
    from policies.cases import moment_of  # noqa: PLC0415  # cheap at start

    try:
        return moment_of(text)
    except CaseInvalidError as problem:
        raise typer.BadParameter(problem.problem, param_hint="--at") from None


def _say(lines: Sequence[str]) -> None:
    # WHY: what stands in a document may move a cursor.
    for line in lines:
        typer.echo(printable(line))


def _end(status: int) -> None:
    if status:
        raise typer.Exit(status)
