"""``muniment policy``: try terms before anybody signs them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.failures import FAILED
from gateway.cli.policy_files import (
    case_in,
    columns_of,
    mandates_in,
    policy_in,
    reading,
    refusal_lines,
    state_in,
    taken_in,
)
from gateway.clock import system_clock
from gateway.errors import printable
from policies.errors import CaseInvalidError, PolicyError

if TYPE_CHECKING:
    from policies.cases import Case
    from policies.model import Policy
    from policies.record import Record

policy = typer.Typer(help="Check, compare and try terms, from files alone.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="A policy in JSON-LD.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Policies in JSON-LD.")]
OfKind = Annotated[str, typer.Option("--kind", metavar="KIND", help="Kind of the dataset's records, like `Rating`.")]
Mandates = Annotated[
    list[Path] | None,
    typer.Option("--mandate", metavar="FILE", help="A set of rules that narrows the terms; may be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@policy.command("validate")
def validate(
    *,
    files: Files,
    kind: OfKind = "",
    at: Annotated[
        str, typer.Option(metavar="DATE", help="The moment at which no term may be past. [default: now]")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Check policies as at registration; exits with 1 when one is refused."""
    from policies.canonical import policy_hash  # noqa: PLC0415  # cheap at start
    from policies.validate import validate as require_valid  # noqa: PLC0415  # cheap at start
    from policies.vocabulary import local  # noqa: PLC0415  # cheap at start

    facts, now = columns_of(kind), _moment(at) if at else system_clock()
    told: list[dict[str, Any]] = []
    for path in files:
        try:
            with reading(path):
                found = policy_in(path)
            require_valid(found, now=now, columns=facts)
        except PolicyError as refused:
            told.append({"file": str(path), "holds": False, "refusal": _refusal(refused)})
            lines = list(refusal_lines(path, refused))
        else:
            digest, name = policy_hash(found), local(found.policy_class)
            told.append({"file": str(path), "holds": True, "class": name, "uid": found.uid, "hash": digest})
            lines = [f"{path}: holds, {name} `{found.uid}`", f"  {digest}"]
        if not as_json:
            _say(lines)
    holds = all(each["holds"] for each in told)
    if as_json:
        typer.echo(json.dumps({"holds": holds, "files": told}, indent=2))
    _end(well=holds)


@policy.command("hash")
def hash_(
    *,
    files: Files,
    as_bytes: Annotated[
        bool, typer.Option("--bytes", help="Write the bytes of the normal form that are hashed, of one file.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the hash of each policy, by which agreements are signed and kept."""
    from policies.canonical import canonical_bytes, policy_hash  # noqa: PLC0415  # cheap at start

    if as_bytes and (as_json or len(files) > 1):
        raise typer.BadParameter("the bytes of one file, and nothing else, go out", param_hint="--bytes")
    if as_bytes:
        typer.echo(canonical_bytes(taken_in(files[0])), nl=False)
        return
    digests = [(str(path), policy_hash(taken_in(path))) for path in files]
    if as_json:
        typer.echo(json.dumps({"files": [{"file": path, "hash": digest} for path, digest in digests]}, indent=2))
        return
    _say([f"{digest}  {path}" for path, digest in digests])


@policy.command("diff")
def diff(
    *,
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="A policy in JSON-LD.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="The policy to compare it with.")],
    as_json: AsJson = False,
) -> None:
    """Compare two policies term by term and say which is wider; exits with 1 when they grant different things."""
    from policies.difference import Wider, difference  # noqa: PLC0415  # cheap at start

    wider = {
        Wider.BEFORE: "narrower than before",
        Wider.AFTER: "wider than before",
        Wider.NEITHER: "neither is wider",
        Wider.UNKNOWN: "which is wider is unknown",
    }
    changes = difference(taken_in(before), taken_in(after))
    if as_json:
        terms = [
            {"term": each.term, "before": each.before, "after": each.after, "wider": each.wider} for each in changes
        ]
        typer.echo(json.dumps({"equal": not changes, "terms": terms}, indent=2))
    elif not changes:
        typer.echo("the same terms")
    else:
        for each in changes:
            _say(
                [
                    f"{each.term}: {wider[each.wider]}",
                    f"  before: {each.before or 'nothing'}",
                    f"  after:  {each.after or 'nothing'}",
                ]
            )
    _end(well=not changes)


@policy.command("explain")
def explain(
    *,
    file: File,
    request: Annotated[
        Path | None, typer.Option(metavar="JSON", help="A request, the state it meets and the moment.")
    ] = None,
    kind: OfKind = "",
    mandate: Mandates = None,
    as_json: AsJson = False,
) -> None:
    """Say in plain language what terms mean; with a request: how it is decided, by which rules; 1 when it is denied."""
    terms, mandates = taken_in(file), mandates_in(mandate or ())
    if request is None:
        _summarise((terms, *mandates), as_json=as_json)
        return
    from policies.explain import explain as report_on  # noqa: PLC0415  # cheap at start
    from policies.results import record_value, report_value  # noqa: PLC0415  # cheap at start

    case = case_in(request, kind, (terms, *mandates))
    agreed, record = _tried(terms, case, mandates)
    report = report_on(agreed, case.request, case.state, case.now, mandates=mandates)
    if as_json:
        typer.echo(json.dumps({**record_value(record), "rules": report_value(report)}, indent=2))
    else:
        from gateway.cli.policy_tree import draw, outcome_lines  # noqa: PLC0415  # cheap at start

        _say([*_hypothetical(record, case), *outcome_lines(record.decision)])
        draw(report)
    _end(well=record.decision.permitted)


@policy.command("simulate")
def simulate(
    *,
    file: File,
    request: Annotated[Path, typer.Option(metavar="JSON", help="A request, the state it meets and the moment.")],
    at: Annotated[
        list[str] | None, typer.Option(metavar="DATE", help="Another moment; may be repeated. [default: the request's]")
    ] = None,
    state: Annotated[
        list[Path] | None,
        typer.Option(metavar="JSON", help="Another state; may be repeated. [default: the request's]"),
    ] = None,
    kind: OfKind = "",
    mandate: Mandates = None,
    as_json: AsJson = False,
) -> None:
    """Decide one request at several moments or on several states, a line for each; exits with 1 when one is denied."""
    from policies.results import record_value  # noqa: PLC0415  # cheap at start

    terms, mandates = taken_in(file), mandates_in(mandate or ())
    case = case_in(request, kind, (terms, *mandates))
    moments = [_moment(each) for each in at or ()] or [case.now]
    states = [(str(path), state_in(path, case, (terms, *mandates))) for path in state or ()] or [("", case.state)]
    tried = [
        (name, _tried(terms, replace(case, state=found, now=moment), mandates)[1])
        for name, found in states
        for moment in moments
    ]
    if as_json:
        outcomes = [{**record_value(record), "state": name or str(request)} for name, record in tried]
        typer.echo(json.dumps({"outcomes": outcomes}, indent=2))
    else:
        _say([*_hypothetical(tried[0][1], case), *(_outcome(name, record) for name, record in tried)])
    _end(well=all(record.decision.permitted for _, record in tried))


def _tried(terms: "Policy", case: "Case", mandates: Sequence["Policy"]) -> tuple["Policy", "Record"]:
    """The agreement that was tried, and what was decided under it."""
    from policies.evaluate import evaluate  # noqa: PLC0415  # cheap at start
    from policies.hypothesis import supposed  # noqa: PLC0415  # cheap at start
    from policies.record import record  # noqa: PLC0415  # cheap at start

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


def _outcome(state: str, record: "Record") -> str:
    from policies.lexical import literal  # noqa: PLC0415  # cheap at start

    decision = record.decision
    reason = decision.reasons[0]
    parts = [
        literal(record.time)[1],
        f"{decision.effect:6}",
        f"{reason.code}: {reason.text}",
        f"columns: {', '.join(sorted(decision.columns)) or 'none'}",
        f"limit: {decision.limit}",
        *([f"state: {state}"] if state else []),
    ]
    return "  ".join(parts)


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


def _refusal(refused: PolicyError) -> dict[str, Any]:
    return {
        "code": refused.code,
        "rule": refused.rule,
        "pointer": refused.pointer,
        "message": refused.message,
        "hint": refused.hint,
    }


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


def _end(*, well: bool) -> None:
    if not well:
        raise typer.Exit(FAILED)
