"""From bytes to JSON values; whoever wrote the bytes is told where they stop being JSON, and what belongs there."""

import codecs
import json
from typing import Final

from policies.errors import PolicyMalformedError
from policies.jsonld.forms import BITS, TWICE

_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LONGEST: Final = len(str(-(2**BITS))) + 1
"""A number of so many characters is larger than any that a policy may hold."""
_EXPECTED: Final = {
    "Expecting property name": ("a key in double quotes", "look for a comma too many, or for missing quotes"),
    "Expecting value": ("a value", "look for a comma too many, or for text without double quotes"),
    "Expecting ','": ("a comma or a closing bracket", "look for a missing comma or quote before it"),
    "Expecting ':'": ("a colon after the key", 'write `"key": value`'),
    "Unterminated string": (
        "an end of the text that begins there",
        "close it with a double quote; was the file cut off?",
    ),
    "Extra data": ("nothing more after the policy", "send one object; look for a closing bracket too many"),
    "Illegal trailing comma": ("no comma before a closing bracket", "take the comma out"),
    "Invalid control": ("no line break or tab inside a text", r"close the text, or write `\n` or `\t`"),
    "Invalid \\": ("an escape that JSON has", r"write `\\` for a backslash"),
}
"""By how the parser's words begin: what was expected, and what to do."""


def parse(document: bytes) -> object:
    """The JSON value that the bytes are; a byte order mark before it says nothing, as RFC 8259 allows.

    Raises:
        PolicyMalformedError: they are empty, not UTF-8, or not JSON.
    """
    text = _text(document)
    if not text.strip():
        raise _refused("the policy is empty", "send one JSON object; was the file saved?")
    try:
        return json.loads(text, object_pairs_hook=unrepeated, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise _not_json(error) from error


def unrepeated(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object of these members; what is under a key that it has twice is not kept."""
    found: dict[str, object] = {}
    for key, value in pairs:
        # WHY: the parser does not know where it is; what checks the forms does, and refuses the place.
        found[key] = TWICE if key in found else value
    return found


def _whole(digits: str) -> int:
    """The number, or one that is too long too: the parser would give up on thousands of digits, without their place."""
    return int(digits[:_LONGEST])


def _text(document: bytes) -> str:
    unmarked = document.removeprefix(codecs.BOM_UTF8)
    try:
        return unmarked.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = len(document) - len(unmarked) + error.start
        line = document.count(b"\n", 0, offset) + 1
        wide = document.startswith(_UTF16)
        raise _refused(
            f"the policy is not text in UTF-8: byte 0x{document[offset]:02x} at offset {offset}, line {line}",
            f"save the file as UTF-8{', not as UTF-16' if wide else ''}",
        ) from error


def _not_json(error: json.JSONDecodeError) -> PolicyMalformedError:
    said, hint = next((told for words, told in _EXPECTED.items() if error.msg.startswith(words)), (error.msg, ""))
    if error.pos == 0:
        hint = "begin with `{`: a policy is one JSON object; YAML and other notations are not read"
    elif error.pos >= len(error.doc.rstrip()):
        hint = "the text ends there: was the file cut off, or is a closing bracket missing?"
    return _refused(
        f"the policy is not JSON: line {error.lineno}, column {error.colno}: expected {said}",
        hint or "compare the place with the JSON of a published policy",
    )


def _refused(problem: str, hint: str) -> PolicyMalformedError:
    return PolicyMalformedError(problem, rule=1, hint=hint)
