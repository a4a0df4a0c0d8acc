"""Everything that one slip can make of a policy's document: systematically, one place at a time.

Mutants are made of cuts: small agreements that hold one part of a large one and little else. So every place of the
large one is mutated, at the price of small documents.
"""

import copy
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

from policies.registering.places import Path

Document: TypeAlias = dict[str, Any]


class Slip(StrEnum):
    """A slip that must never get in."""

    KEY_MISSPELT = "misspelt key"
    TERM_MISSPELT = "misspelt term"
    WRONG_KIND = "wrong kind"
    NULL = "null"
    EMPTY = "empty"
    KEY_TWICE = "duplicate key"
    MEMBER_TWICE = "duplicate member"
    LIST_FORM = "list or array"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A document, or its text, with one slip in it."""

    slip: Slip
    path: Path
    document: Document | bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A small agreement, and the place in it that came from the large one."""

    document: Document
    focus: Path


_RULES: Final = ("permission", "prohibition", "obligation")
_LISTS: Final = ("constraint", "duty", "remedy", "consequence")
_REFINED: Final = ("target", "action")


def cuts(whole: Document, *, single: bool) -> Iterator[Cut]:
    """The agreement's head, its rules without their parts, and each part by itself; ``single``: each of its members."""
    yield Cut(document=_head(whole), focus=())
    for name in _RULES:
        for rule in whole.get(name, ()):
            path: Path = (name, 0)
            bare = _bare(rule)
            yield Cut(document=_spared(_with(whole, name, bare)), focus=path)
            for part in _LISTS:
                for members in _groups(rule.get(part, ()), single=single):
                    yield Cut(document=_with(whole, name, {**bare, part: members}), focus=(*path, part))
            for part in _REFINED:
                if "refinement" in rule[part]:
                    for members in _groups(rule[part]["refinement"], single=single and name != "obligation"):
                        refined = {**bare, part: {**rule[part], "refinement": members}}
                        yield Cut(document=_with(whole, name, refined), focus=(*path, part))


def _groups(members: list[Any], *, single: bool) -> list[list[Any]]:
    return [[each] for each in members] if single else [members] * bool(members)


def _head(whole: Document) -> Document:
    head = {key: value for key, value in whole.items() if key not in _RULES}
    return {**head, "permission": [_bare(whole["permission"][0])]}


def _with(whole: Document, name: str, rule: Document) -> Document:
    return {**_head(whole), name: [rule]}


def _spared(document: Document) -> Document:
    """The document, in which a prohibition without conditions leaves something of the permission."""
    (permission,) = document["permission"]
    if not any(each["action"] in {permission["action"], "use"} for each in document.get("prohibition", ())):
        return document
    return {**document, "permission": [{**permission, "action": "transfer"}]}


def _bare(rule: Document) -> Document:
    """The rule without what it can be without."""
    if rule["@type"] == "Duty":
        return {key: value for key, value in rule.items() if key not in _LISTS}
    bare = {key: value for key, value in rule.items() if key not in _LISTS}
    target, action = rule["target"], rule["action"]
    return {
        **bare,
        "target": target["source"] if isinstance(target, dict) else target,
        "action": action["rdf:value"]["@id"] if isinstance(action, dict) else action,
    }


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value with its path, parents first."""
    yield path, value
    children: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for step, child in children:
        yield from places(child, (*path, step))


def at(document: Any, path: Path) -> Any:
    """The value at the path."""
    for step in path:
        document = document[step]
    return document


def replaced(document: Any, path: Path, value: Any) -> Any:
    """The document with another value at the path; whatever is not on the way is shared."""
    if not path:
        return value
    changed = copy.copy(document)
    changed[path[0]] = replaced(document[path[0]], path[1:], value)
    return changed


def _without_middle(word: str) -> str:
    middle = len(word) // 2
    return word[:middle] + word[middle + 1 :]


def misspelt(word: str) -> list[str]:
    """A letter dropped, a case swapped, another prefix."""
    start, mark, name = word.rpartition(":")
    if word.startswith("@"):
        return ["@" + _without_middle(name[1:]), "@" + name[1:].swapcase(), "odrl:" + name[1:]]
    other = "rep:" if start != "rep" else "odrl:"
    return [start + mark + _without_middle(name), start + mark + name[0].swapcase() + name[1:], other + name]


_TERM_KEYS: Final = frozenset({"@type", "leftOperand", "operator", "action", "conflict", "consentingParty"})
_PREFIXES: Final = ("rep:", "odrl:", "dpv:", "pd:", "iso3166:", "iso4217:", "xsd:")


def is_term(path: Path, value: Any) -> bool:
    """Whether the value is a term of a closed vocabulary."""
    return isinstance(value, str) and (path[-1] in _TERM_KEYS or value.startswith(_PREFIXES))


_KINDS: Final[tuple[Any, ...]] = ("stray", 7, True, 1.5, {"stray": "value"}, ["stray"])


def slips(cut: Cut) -> Iterator[Mutant]:
    """Every slip at every place of the cut's focus that must be refused."""
    document = cut.document
    for inner, value in places(at(document, cut.focus)):
        path = (*cut.focus, *inner)
        if not cut.focus and path[:1] in {(name,) for name in _RULES}:
            continue
        if path:
            yield from _values(document, path, value)
        if isinstance(value, dict):
            yield from _keys(document, path, value)
        if isinstance(value, list):
            for index in range(len(value)):
                doubled = [*value[: index + 1], copy.deepcopy(value[index]), *value[index + 1 :]]
                yield Mutant(slip=Slip.MEMBER_TWICE, path=path, document=replaced(document, path, doubled))


def _keys(document: Document, path: Path, value: Document) -> Iterator[Mutant]:
    for key in value:
        for other in misspelt(key):
            renamed = {other if name == key else name: child for name, child in value.items()}
            yield Mutant(slip=Slip.KEY_MISSPELT, path=(*path, other), document=replaced(document, path, renamed))
        twice = replaced(document, path, {**value, key + "\0": value[key]})
        text = json.dumps(twice).replace(r"\u0000", "").encode()
        yield Mutant(slip=Slip.KEY_TWICE, path=(*path, key), document=text)


def _values(document: Document, path: Path, value: Any) -> Iterator[Mutant]:
    yield Mutant(slip=Slip.NULL, path=path, document=replaced(document, path, None))
    empties: tuple[Any, ...] = ("", [], {})
    for empty in empties:
        yield Mutant(slip=Slip.EMPTY, path=path, document=replaced(document, path, empty))
    if is_term(path, value):
        for word in set(misspelt(value)) - {value}:
            yield Mutant(slip=Slip.TERM_MISSPELT, path=path, document=replaced(document, path, word))
    for other in _KINDS:
        if type(other) is not type(value) and not _may_be(path, value, other):
            yield Mutant(slip=Slip.WRONG_KIND, path=path, document=replaced(document, path, other))
    if isinstance(value, dict) and value.keys() == {"@list"}:
        yield Mutant(slip=Slip.LIST_FORM, path=path, document=replaced(document, path, value["@list"]))
    elif path[-1] in {"rightOperand", "constraint", "refinement", "duty", "remedy", "permission"}:
        listed = {"@list": value if isinstance(value, list) else [value]}
        yield Mutant(slip=Slip.LIST_FORM, path=path, document=replaced(document, path, listed))


def _may_be(path: Path, value: Any, other: Any) -> bool:
    """Whether the other kind is another spelling: an exact number or a boolean written as JSON writes it."""
    if path[-1] in {"title", "description"} and isinstance(other, list):
        return True
    if path[-1] == "rightOperand" and isinstance(value, str) and isinstance(other, int | list):
        return True
    datatype = value.get("@type") if isinstance(value, dict) else None
    if path[-1] == "@value":
        return isinstance(other, int)
    return (datatype, type(other)) in {("xsd:integer", int), ("xsd:decimal", int), ("xsd:boolean", bool)}
