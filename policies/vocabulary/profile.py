"""The profile as one value: taxonomy, operands, actions, duty terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies.vocabulary.actions import DUTY_TERMS, INCLUDED_IN, DutyTerm
from policies.vocabulary.codes import CODES
from policies.vocabulary.iris import PROFILE_IRI, Iri
from policies.vocabulary.operands import OPERANDS, Operand
from policies.vocabulary.taxonomy import DPV_SUBSET, Taxonomy


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """A closed vocabulary: what is not in it is unknown."""

    profile: Iri
    taxonomy: Taxonomy
    operands: Mapping[Iri, Operand]
    actions: Mapping[Iri, Iri | None]
    """Each action with the one it is directly included in."""
    duties: Mapping[Iri, DutyTerm]

    def is_a(self, child: Iri, parent: Iri) -> bool | None:
        """Whether ``child`` is ``parent`` or narrower; ``None`` when one of them is unknown."""
        return self.taxonomy.is_a(child, parent)

    def knows(self, operand: Operand, value: str) -> bool:
        """Whether the value is one that the operand can have; true when the operand's values are not closed."""
        if operand.choices:
            return value in operand.choices
        if operand.namespace:
            return value.startswith(operand.namespace) and value[len(operand.namespace) :] in CODES[operand.namespace]
        return operand.root is None or self.is_a(Iri(value), operand.root) is True

    def includes(self, outer: Iri, inner: Iri) -> bool | None:
        """Whether the action ``outer`` is ``inner`` or includes it; ``None`` when one of them is unknown."""
        if outer not in self.actions or inner not in self.actions:
            return None
        step: Iri | None = inner
        while step is not None and step != outer:
            step = self.actions[step]
        return step is not None


PROFILE: Final = Vocabulary(
    profile=PROFILE_IRI, taxonomy=DPV_SUBSET, operands=OPERANDS, actions=INCLUDED_IN, duties=DUTY_TERMS
)
"""Profile 1."""
