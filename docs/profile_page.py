"""The reference page of the licence profile, made of the vocabulary alone."""

from collections.abc import Iterable, Mapping
from typing import Final

from docs.markdown import page, table
from docs.profile_writing import writing
from policies.registering.abilities import HERE
from policies.vocabulary import (
    CLOSE_MATCHES,
    COLUMN_TYPES,
    DATA_ROOT,
    DPV_LICENCE,
    DPV_SOURCE,
    DPV_SUBSET,
    DPV_SUBSET_SHA256,
    DUTY_TERMS,
    INCLUDED_IN,
    ISO4217,
    LEGAL_BASIS_ROOT,
    MEANINGS,
    MEASURE_ROOT,
    ON_COLUMN,
    ON_COLUMN_PROPERTY,
    OPERANDS,
    PARAMETER_PROPERTY,
    PROFILE_IRI,
    PURPOSE_ROOT,
    TRANSFORMS,
    VALUE_CLASSES,
    DutyPlace,
    DutyTerm,
    Grain,
    Iri,
    Operand,
    Operator,
    Placement,
    Supplier,
    ValueKind,
    compact,
    local,
)

_GROUPS: Final[Mapping[Grain, tuple[str, str]]] = {
    Grain.ACCESS: ("Request and world", "Each is decided once for the whole read."),
    Grain.CAP: (
        "Limits",
        (
            "The actual value is what is used, what is reserved and what this request takes, together. A limit stands"
            " alone: in no `or` or `xone`, and in no prohibition."
        ),
    ),
    Grain.COLUMN: (
        "Columns",
        (
            "Each is decided for every column by itself. `rep:notTogether` is decided for the visible columns together,"
            " and counts those released before under the agreement."
        ),
    ),
    Grain.TRANSFORM: ("Transforms of columns", "It is met by being part of the plan, and only so."),
    Grain.ROW: (
        "Rows",
        "Each becomes a filter on rows. Where the records lack the column, the row is unknown and does not leave.",
    ),
    Grain.DUTY: ("Duties", "Each says how a duty is to be met."),
}
_KINDS: Final[Mapping[ValueKind, str]] = {
    ValueKind.IRI: "IRI",
    ValueKind.INTEGER: "`xsd:integer`, not negative",
    ValueKind.DECIMAL: "`xsd:decimal`, not negative",
    ValueKind.DATE_TIME: "`xsd:dateTime` with offset",
    ValueKind.DURATION: "`xsd:duration` of days or smaller",
    ValueKind.DUE: "`xsd:dateTime` with offset, or `xsd:duration` of days or smaller",
    ValueKind.BOOLEAN: "`xsd:boolean`",
    ValueKind.TEXT: "text",
    ValueKind.COLUMN_NAME: "canonical column names",
    ValueKind.SCALAR: "a literal of the column's type",
}
_PLACES: Final[Mapping[Placement, str]] = {
    Placement.CONSTRAINT: "constraint of a permission or prohibition",
    Placement.TARGET: "refinement of the target",
    Placement.ACTION: "refinement of the action of a permission or prohibition",
    Placement.DUTY: "refinement of a duty's action",
    Placement.OBLIGATION: "constraint of a duty",
}
_ROOTS: Final = (PURPOSE_ROOT, LEGAL_BASIS_ROOT, MEASURE_ROOT, DATA_ROOT)


def profile_page() -> str:
    """Every term of the profile, by its group."""
    return page(
        "Licence profile",
        "For developers, owners and auditors.",
        f"Licences are ODRL 2.2 policies under the profile `{PROFILE_IRI}`. What is not on this page is not in the"
        " profile, and a policy that uses it is refused. The same is published for programs: the"
        " [context](../profile/1/context.jsonld), the [ontology](../profile/1/ontology.ttl) and the"
        " [shapes](../profile/1/shapes.ttl) that a policy has to conform to. Terms have IRIs without a version; a minor"
        " version of the profile adds terms, a major one has another IRI.",
        *writing(),
        "## Actions",
        "Of permissions and prohibitions. A permission covers the actions that its own action includes; a prohibition"
        " also those that include it. The other actions of the ODRL core that are not deprecated are known as well."
        " Close matches are notes: they never stand in a policy.",
        _actions(),
        "## Left operands",
        "Unknown values never permit: a permission needs its conditions to be met, a prohibition applies unless its"
        " conditions are known not to be met. *Counts* says that the value depends on what happened before.",
        *_operands(),
        "## Operators",
        "Conditions are combined by `and`, `or` and `xone` over at least two atomic constraints; those of an `or` or"
        " `xone` are all decided per the same thing.",
        _operators(),
        "## Suppliers",
        table(("supplier", "gives"), [(each.value, _SUPPLIERS[each]) for each in Supplier]),
        "## Transforms",
        "Values of `rep:transform`, weakest first. A transform of a higher strength is stronger. Of two with one"
        " strength and one term the parameter decides; every other two cannot be compared, and a read to which both"
        " apply is refused.",
        _transforms(),
        "## What is not enforced here yet",
        "A policy that rests on one of these terms would deny every request, so it is refused at registration.",
        "- Nobody here supplies the value of " + _listed(OPERANDS.keys() - HERE.operands) + ".",
        "- Nobody here applies " + _listed(TRANSFORMS.keys() - HERE.transforms) + ".",
        "- Nobody here records that these duties were fulfilled: " + _listed(DUTY_TERMS.keys() - HERE.duties) + ".",
        "- Prices are booked by " + _listed(HERE.units) + " only.",
        "## Duty terms",
        "Every term has one discharge point: *before* the use, *by the gateway* as part of the plan, or *after*."
        " Elsewhere it is refused. A nested duty takes its parties and target from its rule, and does not recur:"
        " `rep:every` refines obligations only. The consenting party is `rep:dataSubject`, every person a record is"
        " about; `rep:settle` needs an amount or a share of revenue.",
        _duties(),
        "## Closed values",
        _values(),
        "## Properties of a constraint",
        _properties(),
        "## Concepts",
        f"A closed subset of the {DPV_SOURCE} and its extension for personal data ([W3C Software and Document"
        f" licence]({DPV_LICENCE})): {len(DPV_SUBSET.broader)} concepts. `isA` is met by the concept itself and by"
        " every narrower one; a concept that is not here is unknown. SHA-256 of the subset, as the RFC 8785 bytes of"
        f" one object that gives each concept's IRI the sorted list of the broader ones: `{DPV_SUBSET_SHA256}`.",
        *_concepts(),
    )


_SUPPLIERS: Final[Mapping[Supplier, str]] = {
    Supplier.REQUEST: "what the access request says, made of the read and of what the token grants",
    Supplier.PLAN: "what this read would do: columns, transforms, protection, price",
    Supplier.DATASET: "what the dataset declares of itself and of its columns",
    Supplier.ROW: "a column of the record itself",
    Supplier.CLOCK: "the moment of the decision",
    Supplier.STATE: "what is on record: counters, releases, evidence, assurances, ethics decisions",
}


def _actions() -> str:
    rows = [
        (_code(action), f"`{compact(parent)}`" if parent else "", MEANINGS[action], _matches(action))
        for action, parent in INCLUDED_IN.items()
        if action in MEANINGS and action not in DUTY_TERMS
    ]
    return table(("action", "included in", "meaning", "close matches"), rows)


def _operands() -> Iterable[str]:
    for grain, (title, about) in _GROUPS.items():
        found = [operand for operand in OPERANDS.values() if operand.grain is grain]
        yield f"### {title}"
        yield about
        yield table(
            ("left operand", "type", "operators", "stands as", "decided per", "supplier", "counts", "meaning"),
            [_operand(each) for each in found],
        )


def _operand(operand: Operand) -> tuple[str, ...]:
    suppliers = ", ".join(each.value for each in operand.suppliers)
    matches = _matches(operand.iri)
    return (
        _code(operand.iri) + (" on `rep:onColumn`" if operand.iri in ON_COLUMN else ""),
        _type(operand),
        ", ".join(_code(each) for each in Operator if each in operand.operators),
        "; ".join(_place(operand, each) for each in Placement if each in operand.placements),
        operand.grain.value,
        f"{suppliers} (`{operand.column}`)" if operand.column else suppliers,
        "yes" if operand.counts else "no",
        operand.meaning + (f" Close match: {matches}." if matches else ""),
    )


def _place(operand: Operand, placement: Placement) -> str:
    match operand.grain:
        case Grain.CAP:
            return "constraint of a permission"
        case Grain.TRANSFORM:
            return "refinement of a permission's target"
        case _:
            return _PLACES[placement]


def _type(operand: Operand) -> str:
    if operand.root is not None:
        return f"{_code(operand.root)} or narrower"
    if operand.namespace:
        return f"{_code(operand.namespace + 'DE')} and the other countries"
    if operand.choices:
        return "one of " + ", ".join(_code(each) for each in sorted(operand.choices))
    return _KINDS[operand.kind] + _unit(operand)


def _unit(operand: Operand) -> str:
    match operand.unit:
        case "":
            return ""
        case ":":
            return "; `unit`: IRI of the metric"
        case unit if unit == ISO4217:
            return f"; `unit`: a currency, {_code(ISO4217 + 'EUR')}"
        case unit:
            return f"; `unit`: {_code(unit)}"


def _listed(iris: Iterable[Iri]) -> str:
    return ", ".join(sorted(_code(each) for each in iris))


def _operators() -> str:
    return table(("operator", "satisfied when"), [(_code(each), MEANINGS[Iri(each)]) for each in Operator])


def _transforms() -> str:
    rows = [
        (
            _code(each.iri),
            str(each.rank),
            each.parameter.value if each.parameter else "none",
            "all" if each.fits == COLUMN_TYPES else ", ".join(sorted(each.fits)),
            each.meaning,
        )
        for each in TRANSFORMS.values()
    ]
    return table(("transform", "strength", "`rep:parameter`", "types of columns", "meaning"), rows) + (
        "\n\nA *level* is stronger when it is higher, a *time unit* when it is coarser, a *width* when it is a multiple"
        " of the other."
    )


def _duties() -> str:
    rows = [
        (
            _code(term.action),
            {"before": "before", "gateway": "by the gateway", "after": "after"}[term.discharge.value],
            ", ".join(f"`{each.value}`" for each in DutyPlace if each in term.places),
            _code(term.role) if term.role else "none",
            _refinements(term),
            term.meaning,
        )
        for term in DUTY_TERMS.values()
    ]
    return table(("action", "discharged", "stands in", "party", "refinements", "meaning"), rows)


def _refinements(term: DutyTerm) -> str:
    known = [each for each in OPERANDS if each in term.operands]
    return ", ".join(_code(each) + (" (needed)" if each in term.required else "") for each in known) or "none"


def _values() -> str:
    rows = [
        (_code(value), _code(owner), MEANINGS[value])
        for owner, values in VALUE_CLASSES.items()
        for value in values
        if value not in TRANSFORMS
    ]
    return table(("value", "class", "meaning"), rows)


def _properties() -> str:
    rows = [(_code(each), MEANINGS[each]) for each in (ON_COLUMN_PROPERTY, PARAMETER_PROPERTY)]
    return table(("property", "meaning"), rows)


def _concepts() -> Iterable[str]:
    for root in _ROOTS:
        yield f"### {local(root)}"
        rows = [
            (_code(concept), ", ".join(_code(each) for each in sorted(broader)))
            for concept, broader in DPV_SUBSET.broader.items()
            if broader and root in DPV_SUBSET.ancestors(concept)
        ]
        yield table(("concept", "directly narrower than"), rows)


def _matches(term: Iri) -> str:
    return ", ".join(f"{each.vocabulary} `{each.term}`" for each in CLOSE_MATCHES.get(term, ()))


def _code(term: str) -> str:
    return f"`{compact(term)}`"
