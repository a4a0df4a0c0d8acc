"""The rules that were applied to one dataset of a package, stage by stage, each with what it rests on."""

from collections.abc import Iterator
from typing import assert_never

from gateway.exchange.read.decide import Permitted
from gateway.exchange.read.mask import rule_of
from gateway.exchange.sensitivity import consent_is_basis
from gateway.preparation.package.contents import AppliedRule, RuleStage
from gateway.preparation.quality import QualityRule
from graph.journal.events import RowScope
from policies.phrases import transformed
from policies.predicate import EVERYTHING
from policies.vocabulary import PSEUDONYMISE

_GATEWAY = "the gateway, for every package"


def applied_rules(
    permitted: Permitted, columns: tuple[str, ...], rules: tuple[QualityRule, ...], notices: tuple[str, ...]
) -> tuple[AppliedRule, ...]:
    """What was done to a dataset, in the order in which it was done.

    Args:
        permitted: the decision that the package rests on.
        columns: that leave.
        rules: of quality that every row was held against.
        notices: of consent that cover what leaves.
    """
    return tuple(
        AppliedRule(stage=stage, rule=rule, basis=basis)
        for stage in RuleStage
        for rule, basis in _applied(stage, permitted, columns, rules, notices)
    )


def _applied(
    stage: RuleStage,
    permitted: Permitted,
    columns: tuple[str, ...],
    rules: tuple[QualityRule, ...],
    notices: tuple[str, ...],
) -> Iterator[tuple[str, str]]:
    match stage:
        case RuleStage.TERMS:
            yield from _terms(permitted)
        case RuleStage.CONSENT:
            yield from _people(permitted, notices)
        case RuleStage.DUPLICATES:
            yield "a record that comes again under the same id is left out", _GATEWAY
        case RuleStage.QUALITY:
            for told in dict.fromkeys(rule.told for rule in rules):
                kind = permitted.plan.dataset.record_kind
                yield f"a row that breaks this keeps the package back: {told}", f"the rules of kind {kind}"
        case RuleStage.COLUMNS:
            yield from _columns(permitted, columns)
        case RuleStage.PSEUDONYMS:
            yield from _transforms(permitted, columns, pseudonyms=True)
        case RuleStage.STANDARDISE:
            yield from _transforms(permitted, columns, pseudonyms=False)
            yield "types are those of the kind, text is in Unicode form NFC", _GATEWAY
        case RuleStage.PACKAGE:
            yield "every file is listed with its hash, the list is signed", _GATEWAY
            yield "before each byte leaves, the agreement and everybody in the package are judged again", _GATEWAY
        case _:
            assert_never(stage)


def _terms(permitted: Permitted) -> Iterator[tuple[str, str]]:
    decision = permitted.decision
    if decision.rows != EVERYTHING:
        yield "rows that do not meet the conditions of the agreement are left out", _clause(permitted)
    yield f"at most {decision.limit:,} rows leave", _clause(permitted)


def _people(permitted: Permitted, notices: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    dataset, rule = permitted.plan.dataset, rule_of(permitted)
    if not dataset.subject_columns:
        yield "nobody is in records of this kind", f"the kind {dataset.record_kind}"
        return
    basis = f"lawful basis `{dataset.lawful_basis}`"
    if rule.consent_required:
        asks = basis if consent_is_basis(dataset) else _clause(permitted)
        yield "rows with somebody who has not consented are left out", asks
        for notice in notices:
            yield "consent to this notice counts", f"notice `{notice}`"
    yield "rows with somebody who objected are left out", basis
    if rule.scope is RowScope.OWN:
        yield "only rows about the licensor alone are taken", "rows `OWN` of the dataset"
    else:
        yield "rows with somebody who licenses their own records are left out", "rows `ALL` of the dataset"


def _columns(permitted: Permitted, columns: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield f"these columns leave: {', '.join(columns)}", _clause(permitted)
    left_out = [name for name in permitted.description.columns if name not in columns]
    if left_out:
        yield f"these are not licensed and were left out: {', '.join(left_out)}", _clause(permitted)


def _transforms(permitted: Permitted, columns: tuple[str, ...], *, pseudonyms: bool) -> Iterator[tuple[str, str]]:
    for name, transform in sorted(permitted.decision.transforms.items()):
        if name in columns and (transform.term == PSEUDONYMISE) is pseudonyms:
            yield f"{name}: {transformed(transform.term, transform.parameter)}", _clause(permitted)


def _clause(permitted: Permitted) -> str:
    return f"clause `{permitted.decision.clause}` of the agreement"
