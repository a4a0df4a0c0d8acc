"""Runs the W3C JSON-LD API test suite through the product's own loader of frozen documents."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pyld import jsonld
from typing_extensions import override

from policies.jsonld.documents import FrozenDocuments

BASE: Final = "https://w3c.github.io/json-ld-api/tests/"
_OLD: Final = "json-ld-1.0"


class Files(Mapping[str, Any]):
    """The suite's documents by the address they are published under."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @override
    def __getitem__(self, address: str) -> Any:
        path = self._root / address.removeprefix(BASE)
        if not address.startswith(BASE) or not path.is_file():
            raise KeyError(address)
        return json.loads(path.read_text("utf-8"))

    @override
    def __iter__(self) -> Iterator[str]:
        return (BASE + str(path.relative_to(self._root)) for path in self._root.rglob("*.jsonld"))

    @override
    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a manifest."""

    id: str
    kinds: frozenset[str]
    input: str
    expect: str
    error: str
    options: Mapping[str, Any]


def entries(root: Path, name: str) -> list[Entry]:
    """The entries of a manifest; what is about JSON-LD 1.0 alone is left out."""
    manifest = json.loads((root / f"{name}-manifest.jsonld").read_text("utf-8"))
    return [
        Entry(
            id=each["@id"].removeprefix("#"),
            kinds=frozenset(each["@type"]),
            input=each["input"],
            expect=each.get("expect", ""),
            error=each.get("expectErrorCode", ""),
            options=each.get("option", {}),
        )
        for each in manifest["sequence"]
        if _OLD not in {each.get("option", {}).get(key) for key in ("specVersion", "processingMode")}
    ]


class Runner:
    """Runs the tests of one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files = Files(root)

    def expands(self, test: Entry) -> bool:
        """Whether expansion gives what is expected, or ends in the expected error."""
        try:
            found = jsonld.expand(self._files[BASE + test.input], self._options(test))
        except jsonld.JsonLdError as error:
            return _code(error) == test.error
        return not test.error and _unordered(found) == _unordered(self._files[BASE + test.expect])

    def gives_rdf(self, test: Entry) -> bool:
        """Whether the same dataset comes out, but for the names of blank nodes."""
        try:
            found = jsonld.to_rdf(
                self._files[BASE + test.input], {**self._options(test), "format": "application/n-quads"}
            )
        except jsonld.JsonLdError as error:
            return _code(error) == test.error
        except TypeError:
            return False  # WHY: the library stumbles over one of the entries that it does not support.
        if test.error:
            return False
        return not test.expect or _canonical(found) == _canonical((self._root / test.expect).read_text("utf-8"))

    def _options(self, test: Entry) -> Any:
        given = {key: value for key, value in test.options.items() if key not in {"specVersion", "normative"}}
        if "expandContext" in given:
            given["expandContext"] = self._files[BASE + given["expandContext"]]
        return {"base": BASE + test.input, "documentLoader": FrozenDocuments(self._files), **given}


def _code(error: Any) -> str:
    """The code of the error, or of what caused it: serialising wraps the errors of expansion."""
    cause = error.__cause__
    return error.code or (_code(cause) if isinstance(cause, jsonld.JsonLdError) else "")


def _canonical(quads: str) -> str:
    try:
        options: Any = {"algorithm": "URDNA2015", "inputFormat": "application/n-quads", "format": "application/n-quads"}
        return str(jsonld.normalize(quads, options))
    except jsonld.JsonLdError:
        return "\n".join(sorted(quads.splitlines()))


def _unordered(value: Any, *, ordered: bool = False) -> Any:
    """Arrays without order, but for those of a list."""
    if isinstance(value, dict):
        return {key: _unordered(each, ordered=key == "@list") for key, each in value.items()}
    if isinstance(value, list):
        members = [_unordered(each) for each in value]
        return members if ordered else sorted(members, key=lambda each: json.dumps(each, sort_keys=True))
    return value
