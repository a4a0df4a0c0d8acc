"""One node of the expanded document, read strictly: every part is asked for by name, and nothing else may be there."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from policies import lexical
from policies.errors import (
    PolicyMalformedError,
    PolicyTermMisplacedError,
    PolicyTermUnknownError,
    PolicyUnsupportedError,
    PolicyValueInvalidError,
)
from policies.jsonld.expansion import RELATIVE
from policies.jsonld.limits import Json
from policies.jsonld.places import Trail, locate
from policies.model import Value
from policies.vocabulary import DCT, ODRL, RDF, REP, Iri, absolute, compact, local

_ODRL_PROPERTIES: Final = (
    *("profile", "conflict", "permission", "prohibition", "obligation", "assigner", "assignee", "target", "action"),
    *("source", "refinement", "constraint", "duty", "remedy", "consequence", "leftOperand", "operator", "rightOperand"),
    *("unit", "and", "or", "xone", "consentingParty", "compensatedParty", "attributedParty", "informedParty"),
)
PROPERTIES: Final = frozenset(
    {
        *(ODRL + name for name in _ODRL_PROPERTIES),
        RDF + "value",
        DCT + "title",
        DCT + "description",
        REP + "onColumn",
        REP + "parameter",
    }
)
"""Every property that a policy may have anywhere."""
_LEFT_OUT: Final = frozenset({ODRL + "inheritFrom", ODRL + "andSequence"})
"""Properties of ODRL that are refused on purpose."""


_TERMS: Final = frozenset(ODRL + name for name in ("action", "conflict", "leftOperand", "operator"))
"""Properties whose values are terms, so that a bare word is a term nobody knows."""


class Node:
    """A node with its place, so that every refusal can name it."""

    __slots__ = ("_content", "_document", "_trail")

    def __init__(self, content: Any, document: Json, trail: Trail = ()) -> None:
        self._content: Mapping[str, Any] = content
        self._document = document
        self._trail = trail
        if "@value" in content or "@list" in content:
            raise PolicyMalformedError("an object is expected here", pointer=self.pointer())

    def pointer(self, *steps: str | int) -> str:
        """The JSON pointer to this node, or to a part of it."""
        return locate(self._document, self._trail + steps)

    def allow(self, *properties: str) -> None:
        """Refuse every property that is not named."""
        for key in self._content:
            if key.startswith("@") or key in properties:
                continue
            if key in _LEFT_OUT:
                raise PolicyUnsupportedError(f"`{compact(key)}` is not supported", pointer=self.pointer(key))
            if key in PROPERTIES:
                raise PolicyTermMisplacedError(compact(key), "a property of this node", pointer=self.pointer(key))
            raise PolicyTermUnknownError("property", compact(key), pointer=self.pointer(key))

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
            raise PolicyMalformedError("a node has one `@type`", pointer=self.pointer("@type"))
        return types[0] if types else ""

    def require_type(self, *names: str) -> str:
        """The type, one of ``names`` of ODRL.

        Raises:
            PolicyMalformedError: another one, or none.
        """
        if self.type not in {ODRL + name for name in names}:
            wanted = " or ".join(f"`{name}`" for name in names)
            raise PolicyMalformedError(f"an explicit `@type` {wanted} is expected here", pointer=self.pointer("@type"))
        return self.type.removeprefix(ODRL)

    def forbid(self, keyword: str) -> None:
        """Refuse a keyword on this node."""
        if keyword in self._content:
            raise PolicyMalformedError(f"`{keyword}` must not stand here", pointer=self.pointer(keyword))

    @property
    def uid(self) -> Iri:
        """The node's own IRI.

        Raises:
            PolicyMalformedError: it has none, or a relative one, or a blank one.
        """
        return self._iri(self._content.get("@id", ""), "@id")

    def nodes(self, property_: str) -> Iterator["Node"]:
        """The values of the property, each a node."""
        for index, each in enumerate(self._content.get(property_, [])):
            yield Node(each, self._document, (*self._trail, property_, index))

    def only(self, property_: str) -> Any:
        """The one value of the property.

        Raises:
            PolicyMalformedError: there is none, or several.
        """
        values: list[Any] = self._content.get(property_, [])
        if len(values) != 1:
            problem = "is missing" if not values else "has several values"
            raise PolicyMalformedError(f"`{compact(property_)}` {problem}", pointer=self.pointer(property_))
        return values[0]

    def node(self, property_: str) -> "Node":
        """The one value of the property, a node."""
        return Node(self.only(property_), self._document, (*self._trail, property_, 0))

    def listed(self, property_: str) -> list[Any]:
        """The members of the one ``@list`` of the property.

        Raises:
            PolicyMalformedError: it is not a list.
        """
        value = self.only(property_)
        if set(value) != {"@list"}:
            raise PolicyMalformedError(f"`{compact(property_)}` must be an `@list`", pointer=self.pointer(property_))
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
            raise PolicyMalformedError(f"`{compact(property_)}` must be plain text", pointer=self.pointer(property_))
        found: str = value["@value"]
        return found

    def iri_of(self, value: Mapping[str, Any], property_: str) -> Iri:
        """A value that must be a reference to an IRI."""
        if set(value) != {"@id"}:
            raise PolicyMalformedError(
                f"`{compact(property_)}` must be an IRI", pointer=self.pointer(property_), hint='write `{"@id": …}`'
            )
        return self._iri(value["@id"], property_)

    def literal_of(self, value: Mapping[str, Any], property_: str) -> Value:
        """A value that must be a literal of an accepted type."""
        if "@value" not in value or not set(value) <= {"@value", "@type"}:
            raise PolicyMalformedError(f"`{compact(property_)}` must be a literal", pointer=self.pointer(property_))
        given = value["@value"]
        native = {bool: lexical.BOOLEAN, int: lexical.INTEGER, str: lexical.STRING}.get(type(given))
        datatype = value.get("@type", native)
        if native is None or not isinstance(datatype, str):
            raise PolicyMalformedError(f"`{compact(property_)}` must be a literal", pointer=self.pointer(property_))
        text = str(given).lower() if isinstance(given, bool) else str(given)
        parsed = lexical.parse(text, datatype)
        if parsed is None:
            raise PolicyValueInvalidError(text, f"an accepted `{compact(datatype)}`", pointer=self.pointer(property_))
        return parsed

    def _iri(self, text: str | None, place: str) -> Iri:
        if text is None:
            # WHY: expansion takes what looks like a keyword for none of its business and leaves nothing of it.
            raise PolicyMalformedError("what looks like a keyword is no IRI", pointer=self.pointer(place))
        if text.startswith(RELATIVE) and place in _TERMS:
            raise PolicyTermUnknownError(local(place), text.rpartition("/")[2], pointer=self.pointer(place))
        if not absolute(text) or text.startswith(("_:", RELATIVE)):
            raise PolicyMalformedError("an absolute IRI is expected", pointer=self.pointer(place))
        return Iri(text)
