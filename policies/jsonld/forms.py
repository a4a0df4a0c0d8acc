"""The forms of JSON and JSON-LD that a policy may have, checked value by value before anything is expanded."""

import re
from collections.abc import Mapping
from typing import Final

from policies.errors import PolicyMalformedError, shown
from policies.registering.places import Path, pointer
from policies.vocabulary import PROFILE_IRI

TWICE: Final = object()
"""Stands for what is under a key that its object has twice."""

_KEYWORDS: Final = ("@type", "@id", "@list", "@value")
_ALIASES: Final = {"uid": "@id", "type": "@type"}
_SEPARATOR: Final = re.compile(r"[:/#]")
BITS: Final = 64
"""No whole number of a policy needs more; a longer one is not given to any library."""

_PLAIN: Final = re.compile(r"-?[0-9]+\.[0-9]+", re.ASCII)
_POLICY: Final = "a policy has `@context`, `@type`, `uid`, `profile`, `conflict` and rules, such as `permission`"
_CONSTRAINT: Final = (
    "give a constraint with `@type`, `leftOperand`, `operator` and `rightOperand`, or leave the key out"
)
_DUTY: Final = "give a duty with `@type`, `uid` and `action`, or leave the key out"
_PARTY: Final = "name the party by its IRI, or leave the key out"
_RULE: Final = "give a rule with `@type`, `uid`, `target` and `action`, or leave the key out"
_VALUES: Final = "give at least one value"
_MEMBERS: Final = 'give at least two constraints, as `{"@list": [ … ]}`'
_NEEDED: Final = {
    "@context": "write the two context addresses",
    "@type": "name the class or the datatype",
    "@id": "name an IRI",
    "@list": _VALUES,
    "@value": "give the value",
    "profile": f"write `{PROFILE_IRI}`",
    "conflict": "write `prohibit`",
    **dict.fromkeys(("permission", "prohibition", "obligation"), _RULE),
    **dict.fromkeys(("duty", "remedy", "consequence"), _DUTY),
    **dict.fromkeys(("constraint", "refinement"), _CONSTRAINT),
    **dict.fromkeys(("assigner", "assignee"), _PARTY),
    **dict.fromkeys(("and", "or", "xone"), _MEMBERS),
    "target": "name the dataset by its IRI",
    "source": "name the dataset by its IRI",
    "action": "name an action, such as `rep:fineTune`",
    "leftOperand": "name a left operand, such as `purpose`",
    "operator": "name an operator, such as `eq`",
    "rightOperand": 'give a value, or several as `{"@list": [ … ]}`',
    "unit": "name a unit by its IRI, or leave the key out",
    "onColumn": "name a column",
}
"""What the keys of a policy hold that says something; the others can be left out."""


def name_of(key: str) -> str:
    """The keyword that the key stands for, or the last part of its property, however it is spelt."""
    return _ALIASES.get(key, _SEPARATOR.split(key)[-1])


def require_form(path: Path, value: object) -> int:
    """Refuse a value by its kind alone; answers about how many bytes it takes.

    Raises:
        PolicyMalformedError: a null, a floating-point number, an empty object or array, a key that stands twice in one
            spelling or in two, a keyword that the profile does not have or that holds another kind of value, text that
            is not Unicode, or no JSON value at all.
    """
    match value:
        case None:
            raise _refused("`null` has no meaning in a policy", _needed(path), path)
        case float():
            raise PolicyMalformedError(
                "a floating-point number is not exact",
                rule=7,
                hint="write a whole number without a point; where decimals are taken, as in amounts, write"
                f' `{{"@value": "{_digits(value)}", "@type": "xsd:decimal"}}`',
                pointer=pointer(path),
            )
        case Mapping() | list() if not value:
            raise _refused("an empty object or array has no meaning", _needed(path), path)
        case Mapping():
            return _object(path, value)
        case list():
            return len(value)
        case str():
            return _text(path, value)
        case int() if value.bit_length() > BITS:
            raise PolicyMalformedError(
                f"a whole number has too many digits: it is longer than {BITS} bits",
                rule=7,
                hint=f"write a number below {2 ** (BITS - 1)}",
                pointer=pointer(path),
            )
        case int():
            return value.bit_length() // 4 + 1
        case _ if value is TWICE:
            raise _refused(f"the key `{shown(str(path[-1]))}` stands twice in one object", "keep one of the two", path)
        case _:
            raise _refused("a policy holds JSON values only", "write an object, an array, text or a number", path)


def needed(key: str) -> str:
    """What belongs under a key, however it is spelt."""
    return _NEEDED.get(name_of(key), "leave the key out")


def _needed(path: Path) -> str:
    """What belongs in a place that says nothing: that of the key, whichever item of it is empty."""
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    return needed(key) if path else _POLICY


def _digits(number: float) -> str:
    """The number as decimals are written, unless it is too large or too small for that."""
    text = repr(number)
    return text if _PLAIN.fullmatch(text) else "…"


def _refused(problem: str, hint: str, path: Path) -> PolicyMalformedError:
    return PolicyMalformedError(problem, rule=1, hint=hint, pointer=pointer(path))


def _object(path: Path, given: Mapping[object, object]) -> int:
    keys: dict[str, str] = {}
    size = 0
    for key in given:
        if not isinstance(key, str):
            raise _refused("a key is text", "write every key as text", path)
        here = (*path, key)
        size += _text(here, key)
        name = name_of(key)
        if name in keys:
            raise _refused(
                f"`{shown(keys[name])}` and `{shown(key)}` are one property", "give it once, in one spelling", here
            )
        if name.startswith("@") and name not in _KEYWORDS and not (key == "@context" and not path):
            raise _refused(
                f"the keyword `{shown(key)}` is not allowed here", "a policy has `@type`, `@id`, `@list`", here
            )
        keys[name] = key
    for name in _KEYWORDS:
        if name in keys:
            _require_keyword(name, path, keys, given[keys[name]])
    return size


def _require_keyword(name: str, path: Path, keys: Mapping[str, str], value: object) -> None:
    """A keyword holds the kind of value that JSON-LD asks for, and stands beside what it may stand beside."""
    here = (*path, keys[name])
    beside = {"@value": {"@value", "@type"}, "@list": {"@list"}}.get(name, keys.keys())
    stray = next((key for other, key in keys.items() if other not in beside), None)
    if stray is not None:
        raise _refused(f"`{shown(stray)}` does not go with `{name}`", f"let `{name}` stand by itself", (*path, stray))
    if name == "@id" and not isinstance(value, str):
        raise _refused("an `@id` is one IRI", "write an absolute IRI as text", here)
    if name == "@type":
        types = [value] if isinstance(value, str) else value if isinstance(value, list) else [None]
        if not all(isinstance(each, str) for each in types):
            raise _refused("an `@type` is one class or datatype", "write its name as text", here)
        if any(str(each).startswith("@") for each in types):
            # WHY: expansion leaves such a type out without a word.
            raise _refused("a keyword is no type", "write a class or a datatype", here)
    if name == "@list" and not isinstance(value, list):
        raise _refused("an `@list` is an array", "write `[ … ]`, for a single value too", here)
    if name == "@value" and isinstance(value, Mapping | list):
        raise _refused("an `@value` is text, a number or a boolean", "write one literal", here)


def _text(path: Path, text: str) -> int:
    try:
        return len(text.encode("utf-8")) + 2
    except UnicodeEncodeError as error:
        raise _refused("the text is not Unicode", "take the lone surrogate out", path) from error
