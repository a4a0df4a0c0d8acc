"""The closed set of properties that a policy may have anywhere."""

from typing import Final

from policies.vocabulary import DCT, ODRL, RDF, REP, compact

_ODRL: Final = (
    *("profile", "conflict", "permission", "prohibition", "obligation", "assigner", "assignee", "target", "action"),
    *("source", "refinement", "constraint", "duty", "remedy", "consequence", "leftOperand", "operator", "rightOperand"),
    *("unit", "and", "or", "xone", "consentingParty", "compensatedParty", "attributedParty", "informedParty"),
)
_OTHERS: Final = (RDF + "value", REP + "onColumn", REP + "parameter")

PROPERTIES: Final = frozenset({*(ODRL + name for name in _ODRL), *_OTHERS, DCT + "title", DCT + "description"})
"""By IRI."""
PROPERTY_NAMES: Final = (*_ODRL, *(compact(each) for each in _OTHERS), "title", "description", "uid")
"""As the contexts name them."""
