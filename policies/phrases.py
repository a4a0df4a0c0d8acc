"""Plain language for the parts of a policy: conditions, actions, duties, prices."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from policies.lexical import literal
from policies.model import Action, Condition, Constraint, Duty, Logic, Prohibition, Value, flat
from policies.prices import Rate, rate_of
from policies.vocabulary import (
    AGGREGATE_ONLY,
    ALLOW_AUDIT,
    ANONYMIZE,
    ATTRIBUTE,
    AUDITS_PER_YEAR,
    BUCKET,
    CERTIFY_DELETION,
    COLUMN,
    COMMERCIALISE,
    COMPENSATE,
    CONTESTED,
    COUNT,
    DATA_CATEGORY,
    DATE_TIME,
    DELETE,
    DISTRIBUTE,
    DPV,
    DROP,
    DUE_BY,
    ELAPSED_TIME,
    ETHICS_DECISION,
    EVALUATE,
    EVENT,
    EVERY,
    FIELD,
    FINE_TUNE,
    FIRST_DELIVERY,
    GENERALISE,
    GIVE,
    GROUND,
    INFORM,
    INSPECT,
    KEEP,
    LAWFUL_BASIS,
    LICENCE_END,
    MARK_RECORDS,
    MIN_GROUP_SIZE,
    MIN_QUALITY,
    MODEL_RELEASE,
    OBSERVED_AT,
    OBTAIN_CONSENT,
    OBTAIN_ETHICS_DECISION,
    OPT_OUT,
    PAY_AMOUNT,
    PAY_DEPOSIT,
    PER_PERIOD,
    PER_QUERY,
    PER_RECORD,
    PER_RUN,
    PER_TOKEN,
    PRESENT_ASSURANCE,
    PRETRAIN,
    PRODUCT,
    PSEUDONYMISE,
    PUBLISH_MODEL,
    PURPOSE,
    RECIPIENT,
    RECORD_COUNT,
    RECORD_LICENCE,
    RECORDS_PER_SUBJECT,
    REDACT_TEXT,
    REIDENTIFY,
    REPORT_RUN,
    RETENTION,
    REVIEW_POLICY,
    RHO,
    SELL,
    SENSITIVITY,
    SETTLE,
    SOURCE_PLATFORM,
    SPATIAL,
    STORAGE_JURISDICTION,
    SUBJECT_AGE,
    SUBJECT_REGION,
    SUBLICENSE,
    TECHNICAL_MEASURE,
    TOKEN_COUNT,
    TRANSFER,
    TRANSFORM,
    TRUNCATE_TIME,
    UNIT_OF_COUNT,
    USE,
    WATERMARK,
    Iri,
    Operator,
    compact,
    local,
)

_SUBJECTS: Final[dict[Iri, str]] = {
    PURPOSE: "the purpose",
    SPATIAL: "the place of use",
    STORAGE_JURISDICTION: "the place of storage",
    DATE_TIME: "the time of use",
    EVENT: "the time",
    RECIPIENT: "the recipient",
    PRODUCT: "the model",
    ELAPSED_TIME: "the time since the first delivery",
    COUNT: "the number of uses",
    RECORD_COUNT: "the number of records",
    FIELD: "the column",
    DATA_CATEGORY: "the category of each column",
    SENSITIVITY: "the sensitivity of each column",
    OBSERVED_AT: "the time of observation of each record",
    RECORD_LICENCE: "the licence of each record",
    SOURCE_PLATFORM: "the source platform of each record",
    DUE_BY: "the time until it is due",
    EVERY: "the period",
    MODEL_RELEASE: "the release of the model",
    TOKEN_COUNT: "the number of tokens",
    RECORDS_PER_SUBJECT: "the number of records of one person",
    RHO: "the privacy budget",
    MIN_GROUP_SIZE: "the size of each group",
    MIN_QUALITY: "the quality",
    SUBJECT_REGION: "the region of each subject",
    SUBJECT_AGE: "the age in years of each subject",
    LAWFUL_BASIS: "the lawful basis of each record",
    CONTESTED: "whether a record is contested",
    OPT_OUT: "whether the subject opted out",
    TECHNICAL_MEASURE: "the measure",
    ETHICS_DECISION: "the decision",
    PAY_AMOUNT: "the amount",
    UNIT_OF_COUNT: "the unit",
    AUDITS_PER_YEAR: "the number of audits in a year",
    RETENTION: "the time each delivery is kept",
}
_RELATIONS: Final[dict[Operator, str]] = {
    Operator.EQ: "is",
    Operator.NEQ: "is not",
    Operator.LT: "is less than",
    Operator.LTEQ: "is at most",
    Operator.GT: "is more than",
    Operator.GTEQ: "is at least",
    Operator.IS_ANY_OF: "is one of",
    Operator.IS_NONE_OF: "is none of",
    Operator.IS_A: "is a kind of",
    Operator.NOT_TOGETHER: "are never all seen together:",
}
_TIMES: Final[dict[Operator, str]] = {
    Operator.LT: "is before",
    Operator.LTEQ: "is not after",
    Operator.GT: "is after",
    Operator.GTEQ: "is not before",
}
_UNITS: Final[dict[Iri, str]] = {
    PER_RECORD: "record",
    PER_TOKEN: "token",
    PER_QUERY: "query",
    PER_RUN: "training run",
    PER_PERIOD: "period",
}
_USES: Final[dict[Iri, str]] = {
    USE: "use it in any way",
    TRANSFER: "hand it over in any way",
    DISTRIBUTE: "pass it on",
    SELL: "sell it",
    GIVE: "give it away",
    PRETRAIN: "train a model from scratch",
    FINE_TUNE: "fine-tune a model",
    EVALUATE: "evaluate a model",
    GROUND: "feed it to a model at inference",
    INSPECT: "look at terms and quality",
    REIDENTIFY: "find out who the people are",
    SUBLICENSE: "license it to others",
    PUBLISH_MODEL: "publish a model",
    COMMERCIALISE: "earn from a model",
}
_DUTIES: Final[dict[Iri, str]] = {
    OBTAIN_ETHICS_DECISION: "obtain a decision of the ethics board",
    OBTAIN_CONSENT: "leave out people without consent",
    ANONYMIZE: "let no column out without a technical measure that protects people",
    COMPENSATE: "pay the price of the use",
    INFORM: "send a signed report to the named party",
    REPORT_RUN: "report every training run",
    ATTRIBUTE: "name the source",
    DELETE: "delete what was delivered",
    CERTIFY_DELETION: "certify the deletion",
    ALLOW_AUDIT: "answer audits",
    SETTLE: "pay what has fallen due",
    PAY_DEPOSIT: "pay a deposit",
    PRESENT_ASSURANCE: "present an assurance",
    WATERMARK: "mark the delivered data as a whole for this licensee",
    MARK_RECORDS: "mark single delivered records for this licensee",
    REVIEW_POLICY: "look at the licence anew before it ends",
}
OWED_BY_OWNER: Final = frozenset({WATERMARK, MARK_RECORDS})
"""Duties that the owner's side owes when nobody is named; the licensee owes the others."""
_EVENTS: Final[dict[Iri, str]] = {FIRST_DELIVERY: "the first delivery", LICENCE_END: "the end of the licence"}
_FORMS: Final[dict[Iri, str]] = {
    KEEP: "it is",
    DROP: "nothing",
    PSEUDONYMISE: "a pseudonym",
    GENERALISE: "something more general, level",
    TRUNCATE_TIME: "a time cut to the",
    BUCKET: "a value rounded down in steps of",
    REDACT_TEXT: "text with names taken out",
    AGGREGATE_ONLY: "part of totals only",
}
_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words(iri: str) -> str:
    """The term as words: ``fine tune``; an IRI of no vocabulary stays as it is."""
    short = local(iri)
    return " ".join(part if part.isupper() else part.lower() for part in _WORD.split(short)) if short != iri else iri


def value(given: Value) -> str:
    """One value for people."""
    match given:
        case timedelta():
            return f"{given.days} days" if given == timedelta(days=given.days) else literal(given)[1]
        case datetime():
            return f"{given.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        case str():
            return f"`{given if ':' not in given else local(given) if not given.startswith(DPV) else words(given)}`"
        case _:
            return literal(given)[1]


def listing(given: Iterable[Value], last: str = "or") -> str:
    """Several values, sorted, with the last one set off by a word."""
    shown = sorted(value(each) for each in given)
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def condition(given: Condition) -> str:
    """A condition as a clause without full stop."""
    if isinstance(given, Constraint):
        return _constraint(given)
    members = sorted(condition(member) for member in given.members)
    if given.logic is Logic.XONE:
        return f"exactly one of these holds: {'; '.join(members)}"
    return {Logic.AND: " and ", Logic.OR: " or "}[given.logic].join(members)


def transformed(term: Iri, parameter: Value | None) -> str:
    """What is done to a column: ``delivered as …``."""
    form = _FORMS.get(term, value(term))
    return f"delivered as {form}" + ("" if parameter is None else f" {words(str(parameter))}")


def conditions(given: Iterable[Condition]) -> str:
    """Several conditions that all hold, in an order that does not depend on the document."""
    several = list(flat(tuple(given)))
    if len(several) == 1:
        return condition(several[0])
    # WHY: without brackets nobody could tell where the alternatives end.
    return " and ".join(
        sorted(condition(each) if isinstance(each, Constraint) else f"({condition(each)})" for each in several)
    )


def rows(given: Constraint) -> str:
    """A condition on a column as the rows that it leaves."""
    return f"rows whose column `{given.on_column}` {_relation(given)}"


def _constraint(given: Constraint) -> str:
    if given.left == TRANSFORM:
        return f"the column `{given.on_column}` is {transformed(Iri(str(given.right[0])), given.parameter)}"
    if given.operator is Operator.NOT_TOGETHER:
        return f"the columns {_RELATIONS[given.operator]} {listing(given.right, 'and')}"
    subject = f"the column `{given.on_column}` of the row" if given.left == COLUMN else _subject(given.left)
    return f"{subject} {_relation(given)}"


def _relation(given: Constraint) -> str:
    """How the actual value has to lie to the bound."""
    timed = isinstance(given.right[0], datetime) or given.left == EVENT
    relation = (_TIMES if timed else {}).get(given.operator) or _RELATIONS[given.operator]
    if given.operator is Operator.IS_ANY_OF and len(given.right) == 1:
        relation = _RELATIONS[Operator.EQ]
    unit = "" if given.unit is None else f" {local(given.unit)}"
    if given.left == EVENT:
        events = sorted(_EVENTS.get(Iri(str(each)), value(each)) for each in given.right)
        return f"{relation} {' or '.join(events)}"
    return f"{relation} {listing(given.right)}{unit}"


def _subject(left: Iri) -> str:
    return _SUBJECTS.get(left, f"the {words(left)}")


def use(term: Iri) -> str:
    """What is done, in the infinitive without `to`."""
    return _USES.get(term, f"`{compact(term)}`")


def action(given: Action) -> str:
    """What is done, in the infinitive, with its refinements."""
    refined = f", where {conditions(given.refinements)}" if given.refinements else ""
    return f"{use(given.term)}{refined}"


def money(rate: Rate) -> str:
    """An amount for one unit, exactly."""
    whole, micro = divmod(rate.amount_micro, 1_000_000)
    cents = f"{micro:06d}".rstrip("0").ljust(2, "0")
    return f"{whole}.{cents} {rate.currency} for each {_UNITS.get(rate.unit, words(rate.unit))}"


def duty(given: Duty) -> str:
    """What a duty asks for."""
    rate = rate_of(given) if given.action.term == COMPENSATE else None
    text = f"pay {money(rate)}" if rate is not None else _DUTIES.get(given.action.term, words(given.action.term))
    if rate is None and given.action.refinements:
        text += f", where {conditions(given.action.refinements)}"
    if given.role is not None:
        text += f" ({words(given.role.function)} `{local(given.role.party)}`)"
    if given.constraints:
        text += f", while {conditions(given.constraints)}"
    if given.consequences:
        text += f"; if not: {'; '.join(sorted(duty(each) for each in given.consequences))}"
    return text


def prohibition(given: Prohibition) -> str:
    """What is forbidden, and what is owed when it happened."""
    where = (*given.target.refinements, *given.constraints)
    text = action(given.action) + (f", as far as {conditions(where)}" if where else "")
    owed = "; ".join(sorted(duty(each) for each in given.remedies))
    return f"{text}; if it happened: {owed}" if owed else text
