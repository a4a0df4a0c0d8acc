"""How the terms of the profile are written in a policy: one small example for each form."""

from collections.abc import Iterable
from typing import Final

_EXAMPLES: Final = (
    (
        (
            "**A value with its type.** Whole numbers, booleans and text are written as JSON has them; an IRI stands"
            " under `@id`, and everything else is text with its type. Here: before 2036, and at most 1000 records."
        ),
        """\
{"constraint": [
  {"@type": "Constraint", "leftOperand": "dateTime", "operator": "lt",
   "rightOperand": {"@value": "2036-01-01T00:00:00Z", "@type": "xsd:dateTime"}},
  {"@type": "Constraint", "leftOperand": "rep:recordCount", "operator": "lteq", "rightOperand": 1000}
]}
""",
    ),
    (
        (
            "**Several values.** `isAnyOf`, `isNoneOf` and `rep:notTogether` take a `@list`, for a single value too."
            " Here: in Germany or in France."
        ),
        """\
{"constraint": [
  {"@type": "Constraint", "leftOperand": "spatial", "operator": "isAnyOf",
   "rightOperand": {"@list": [{"@id": "iso3166:DE"}, {"@id": "iso3166:FR"}]}}
]}
""",
    ),
    (
        (
            "**One of several conditions.** The conditions that stand beside one another must all hold; an `or` (and"
            " a `xone`) holds a `@list` of constraints. Here: research or marketing."
        ),
        """\
{"constraint": [
  {"@type": "LogicalConstraint", "or": {"@list": [
    {"@type": "Constraint", "leftOperand": "purpose", "operator": "isA",
     "rightOperand": {"@id": "dpv:ResearchAndDevelopment"}},
    {"@type": "Constraint", "leftOperand": "purpose", "operator": "isA",
     "rightOperand": {"@id": "dpv:Marketing"}}
  ]}}
]}
""",
    ),
    (
        (
            "**A part of a dataset.** The `source` names the dataset, refinements its columns and rows. Here: two"
            " columns of the records since 2020."
        ),
        """\
{"target": {"@type": "AssetCollection", "source": "urn:example:dataset:1", "refinement": [
  {"@type": "Constraint", "leftOperand": "rep:field", "operator": "isAnyOf",
   "rightOperand": {"@list": ["value", "observed_at"]}},
  {"@type": "Constraint", "leftOperand": "rep:observedAt", "operator": "gteq",
   "rightOperand": {"@value": "2020-01-01T00:00:00Z", "@type": "xsd:dateTime"}}
]}}
""",
    ),
    (
        (
            "**A column in another form.** `rep:onColumn` names the column, and `rep:parameter` says how far where"
            " the transform asks for it. Here: no finer than the month."
        ),
        """\
{"target": {"@type": "AssetCollection", "source": "urn:example:dataset:1", "refinement": [
  {"@type": "Constraint", "rep:onColumn": "observed_at", "leftOperand": "rep:transform", "operator": "eq",
   "rightOperand": {"@id": "rep:truncateTime"}, "rep:parameter": {"@id": "rep:month"}}
]}}
""",
    ),
    (
        (
            "**A duty of the permission.** The action of a duty is refined by how much it asks for; an amount has its"
            " `unit`. Parties and target are those of the rule. Here: two euros for each thousand records."
        ),
        """\
{"duty": [
  {"@type": "Duty", "uid": "urn:example:offer:1#pay", "compensatedParty": "urn:example:party:owner",
   "action": {"rdf:value": {"@id": "odrl:compensate"}, "refinement": [
     {"@type": "Constraint", "leftOperand": "payAmount", "operator": "eq",
      "rightOperand": {"@value": "0.002", "@type": "xsd:decimal"}, "unit": {"@id": "iso4217:EUR"}},
     {"@type": "Constraint", "leftOperand": "unitOfCount", "operator": "eq",
      "rightOperand": {"@id": "rep:perRecord"}}
   ]}}
]}
""",
    ),
)


def writing() -> Iterable[str]:
    """A sentence and an example for each form that terms are written in."""
    yield "## How it is written"
    yield (
        "Each example is a part of a permission, and is taken in as it stands. A whole policy is made step by step in"
        " [Write your terms](../how-to/write-your-terms.md)."
    )
    for said, example in _EXAMPLES:
        yield said
        yield f"```json\n{example}```"
