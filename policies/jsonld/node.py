"""One node of the expanded document, read strictly: every part is asked for by name, and nothing else may be there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from policies import lexical
from policies.errors import (
    PolicyMalformedError,
    PolicyTermMisplacedError,
    PolicyTermUnknownError,
    PolicyUnsupportedError,
    PolicyValueInvalidError,
    shown,
)
from policies.jsonld.expansion import BASE, RELATIVE
from policies.jsonld.forms import needed
from policies.jsonld.limits import Json
from policies.jsonld.places import Trail, expanded, locate
from policies.jsonld.properties import PROPERTIES
from policies.model import Value
from policies.registering.left_out import LEFT_OUT, unknown
from policies.vocabulary import (
    INCLUDED_IN,
    ODRL,
    OPERANDS,
    RDF,
    XSD,
    Iri,
    Operator,
    absolute,
    compact,
    local,
)


def _bare(terms: Iterable[str]) -> Sequence[str]:
    """The terms as the contexts name them: those of the core by themselves, the others under their prefix."""
    return [local(each) if each.startswith(ODRL) else compact(each) for each in terms]


_TERMS: Final[Mapping[str, tuple[str, int, Sequence[str]]]] = {
    ODRL + "action": ("action", 10, _bare(INCLUDED_IN)),
    RDF + "value": ("action", 10, [compact(each) for each in INCLUDED_IN]),
    ODRL + "conflict": ("conflict", 5, ["prohibit"]),
    ODRL + "leftOperand": ("left operand", 2, _bare(OPERANDS)),
    ODRL + "operator": ("operator", 8, _bare(Operator)),
}
"""Properties whose values are terms, so that a bare word is a term nobody knows: what it is, the rule, the known ones.
"""
_DATATYPES: Final[Mapping[str, tuple[int, str]]] = {
    **{XSD + name: (6, "a time has an offset: `xsd:dateTime`") for name in ("date", "time", "gYear", "gYearMonth")},
    lexical.DATE_TIME: (6, "write a moment with its offset, such as `2027-06-30T00:00:00Z`"),
    lexical.DURATION: (6, "write days or smaller, such as `P180D` or `PT12H`; a month has no fixed length"),
    **{XSD + name: (7, "only `xsd:integer` and `xsd:decimal` are exact") for name in ("double", "float")},
    lexical.INTEGER: (7, "write a whole number, without point or exponent"),
    lexical.DECIMAL: (7, "write digits with at most one point, without exponent"),
    lexical.BOOLEAN: (12, "write `true` or `false`"),
}
"""What goes wrong with the values of a datatype: the rule, and what is supported instead."""
_OTHER_DATATYPE: Final = (
    2,
    "use `xsd:integer`, `xsd:decimal`, `xsd:dateTime`, `xsd:duration` or `xsd:boolean`; text has no type",
)
_BEYOND: Final[Mapping[str, str]] = {
    lexical.DATE_TIME: "there is no such moment: check day, time and offset; a year has four digits, a fraction six",
    lexical.DURATION: "it is out of range: write at most 999999 days, hours or minutes, or 999999999 seconds",
    lexical.INTEGER: "it is out of range: write a whole number of at most 64 bits",
    lexical.DECIMAL: f"it is out of range: write at most {lexical.MAX_DIGITS} digits",
}
"""What is wrong with a text that has the form of its datatype."""


def _spelt(property_: str) -> str:
    """The property as people know it."""
    return "uid" if property_ == "@id" else compact(property_)


_AS_IRI: Final = 'write `{"@id": "…"}` with an absolute IRI or a term under its prefix, such as `dpv:Marketing`'
_AS_LIST: Final = 'write `{"@list": [ … ]}` with the values in the brackets, for a single value too'


class Node:
    """A node with its place, so that every refusal can name it."""

    __slots__ = ("_content", "_document", "_trail")

    def __init__(self, content: Any, document: Json, trail: Trail = ()) -> None:
        self._content: Mapping[str, Any] = content
        self._document = document
        self._trail = trail
        if "@value" in content or "@list" in content:
            raise PolicyMalformedError(
                "an object is expected here", rule=1, hint="write a node with its properties", pointer=self.pointer()
            )

    def pointer(self, *steps: str | int) -> str:
        """The JSON pointer to this node, or to a part of it."""
        return locate(self._document, self._trail + expanded(steps))

    def allow(self, *properties: str) -> None:
        """Refuse every property that is not named."""
        for key in self._content:
            if key.startswith("@") or key in properties:
                continue
            place = self.pointer(key)
            if key in LEFT_OUT:
                left_out = LEFT_OUT[key]
                raise PolicyUnsupportedError(
                    f"`{compact(key)}` is not supported", rule=left_out.rule, hint=left_out.instead, pointer=place
                )
            if key in PROPERTIES:
                names = "`, `".join(sorted(compact(each) for each in properties)) or "@id"
                raise PolicyTermMisplacedError(
                    compact(key), "a property of this node", rule=1, hint=f"it has `{names}`", pointer=place
                )
            raise unknown("property", key, rule=1, known=properties, pointer=place)

    def has(self, property_: str) -> bool:
        """Whether the property is there."""
        return property_ in self._content

    @property
    def type(self) -> str:
        """The one explicit ``@type``; empty when there is none.

        Raises:
            PolicyMalformedError: there are several.
        """
        types: list[str] = self._content.get("@type", [])
        if len(types) > 1:
            raise PolicyMalformedError(
                "a node has one `@type`", rule=1, hint="keep the one that applies", pointer=self.pointer("@type")
            )
        return types[0] if types else ""

    def require_type(self, *names: str) -> str:
        """The type, one of ``names`` of ODRL.

        Raises:
            PolicyMalformedError: another one, or none.
        """
        if self.type not in {ODRL + name for name in names}:
            wanted = " or ".join(f"`{name}`" for name in names)
            raise PolicyMalformedError(
                f"an explicit `@type` {wanted} is expected here",
                rule=1,
                hint=f"write `@type` with {wanted}",
                pointer=self.pointer("@type"),
            )
        return self.type.removeprefix(ODRL)

    def forbid(self, keyword: str, *, rule: int, hint: str) -> None:
        """Refuse a keyword on this node."""
        if keyword in self._content:
            raise PolicyMalformedError(
                f"`{keyword}` must not stand here", rule=rule, hint=hint, pointer=self.pointer(keyword)
            )

    @property
    def uid(self) -> Iri:
        """The node's own IRI.

        Raises:
            PolicyMalformedError: it has none, or a relative one, or a blank one.
        """
        if "@id" not in self._content:
            raise PolicyMalformedError(
                "`uid` is missing",
                rule=1,
                hint="give the node an IRI of its own as `uid`, such as `urn:example:offer:1`",
                pointer=self.pointer(),
            )
        return self._iri(self._content["@id"], "@id")

    def nodes(self, property_: str) -> Iterator["Node"]:
        """The values of the property, each a node."""
        for index, each in enumerate(self._content.get(property_, [])):
            yield Node(each, self._document, (*self._trail, property_, index))

    def only(self, property_: str, *, rule: int = 1, hint: str = "") -> Any:
        """The one value of the property; otherwise refused by that rule.

        Raises:
            PolicyMalformedError: there is none, or several.
        """
        values: list[Any] = self._content.get(property_, [])
        if len(values) != 1:
            problem = "is missing" if not values else "has several values"
            raise PolicyMalformedError(
                f"`{compact(property_)}` {problem}",
                rule=rule,
                hint=hint or ("give exactly one" if values else needed(property_)),
                pointer=self.pointer(property_),
            )
        return values[0]

    def node(self, property_: str) -> "Node":
        """The one value of the property, a node."""
        return Node(self.only(property_), self._document, (*self._trail, property_, 0))

    def listed(self, property_: str) -> list[Any]:
        """The members of the one ``@list`` of the property.

        Raises:
            PolicyMalformedError: it is not a list.
        """
        value = self.only(property_, hint=_AS_LIST)
        if set(value) != {"@list"}:
            raise PolicyMalformedError(
                f"`{compact(property_)}` must be an `@list`", rule=1, hint=_AS_LIST, pointer=self.pointer(property_)
            )
        members: list[Any] = value["@list"]
        return members

    def listed_nodes(self, property_: str) -> Iterator["Node"]:
        """The members of the one ``@list`` of the property, each a node."""
        for index, each in enumerate(self.listed(property_)):
            yield Node(each, self._document, (*self._trail, property_, 0, "@list", index))

    def reference(self, property_: str) -> Iri:
        """The one value of the property, an IRI and nothing more."""
        return self.iri_of(self.only(property_), property_)

    def optional_reference(self, property_: str) -> Iri | None:
        """The one value of the property, an IRI, or nothing."""
        return self.reference(property_) if self.has(property_) else None

    def text(self, property_: str) -> str:
        """The one value of the property, a plain string that is not empty; ``""`` when the property is absent."""
        if not self.has(property_):
            return ""
        value = self.only(property_)
        if set(value) != {"@value"} or not isinstance(value["@value"], str) or not value["@value"]:
            raise PolicyMalformedError(
                f"`{compact(property_)}` must be plain text",
                rule=1,
                hint="write a string that is not empty, without type or language",
                pointer=self.pointer(property_),
            )
        found: str = value["@value"]
        return found

    def iri_of(self, value: Mapping[str, Any], property_: str, *steps: str | int) -> Iri:
        """A value that must be a reference to an IRI; ``steps`` lead from the property to it."""
        if set(value) != {"@id"}:
            text = value.get("@value")
            named = isinstance(text, str) and ":" in text
            hint = f'this is text: write `{{"@id": "{shown(str(text))}"}}`' if named else _AS_IRI
            raise PolicyMalformedError(
                f"`{compact(property_)}` must be an IRI",
                rule=1,
                hint=hint,
                pointer=self.pointer(property_, *steps),
            )
        return self._iri(value["@id"], property_, *steps)

    def literal_of(self, value: Mapping[str, Any], property_: str, *steps: str | int) -> Value:
        """A value that must be a literal of an accepted type; ``steps`` lead from the property to it."""
        if "@value" not in value:
            raise PolicyMalformedError(
                f"`{compact(property_)}` must be a literal",
                rule=1,
                hint="write text, a number, a boolean, or a typed `@value`",
                pointer=self.pointer(property_, *steps),
            )
        given = value["@value"]
        native = {bool: lexical.BOOLEAN, int: lexical.INTEGER, str: lexical.STRING}[type(given)]
        datatype: str = value.get("@type", native)
        text = str(given).lower() if isinstance(given, bool) else str(given)
        parsed = lexical.parse(text, datatype)
        if parsed is None:
            rule, hint = _DATATYPES.get(datatype, _OTHER_DATATYPE)
            if lexical.has_form(text, datatype):
                hint = _BEYOND[datatype]
            expected = f"an accepted `{shown(compact(datatype.removeprefix(BASE)))}`"
            raise PolicyValueInvalidError(text, expected, rule=rule, hint=hint, pointer=self.pointer(property_, *steps))
        return parsed

    def _iri(self, text: str | None, property_: str, *steps: str | int) -> Iri:
        if text is None:
            # WHY: expansion takes what looks like a keyword for none of its business and leaves nothing of it.
            raise PolicyMalformedError(
                f"`{_spelt(property_)}` must be an IRI, and what looks like a keyword is none",
                rule=1,
                hint="write an absolute IRI",
                pointer=self.pointer(property_, *steps),
            )
        if text.startswith(RELATIVE) and property_ in _TERMS:
            what, rule, known = _TERMS[property_]
            term = text.rpartition("/")[2]
            raise PolicyTermUnknownError(what, term, rule=rule, known=known, pointer=self.pointer(property_, *steps))
        if not absolute(text) or text.startswith(("_:", RELATIVE)):
            raise PolicyMalformedError(
                f"`{_spelt(property_)}` must be an absolute IRI, and `{shown(text.removeprefix(BASE))}` is none",
                rule=1,
                hint="write it in full, as in `urn:example:1`, or under a prefix of the contexts, as in `rep:fineTune`",
                pointer=self.pointer(property_, *steps),
            )
        return Iri(text)
