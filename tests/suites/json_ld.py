"""The W3C JSON-LD 1.1 API suite, run through the product's own loader."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pyld import jsonld

from policies.jsonld.loader import FrozenLoader

BASE: Final = "https://w3c.github.io/json-ld-api/tests/"
_OLD: Final = "json-ld-1.0"
_OPTIONS: Final = ("base", "processingMode", "produceGeneralizedRdf", "rdfDirection", "useNativeTypes")
_QUADS: Final = "application/n-quads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What one manifest gave."""

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Entries for processors of JSON-LD 1.0 alone."""


class Suite:
    """The files of the suite, behind a loader that knows them and nothing else."""

    def __init__(self, root: Path) -> None:
        self._root = root
        paths = sorted(root.rglob("*.jsonld"))
        self._loader = FrozenLoader(
            documents={BASE + path.relative_to(root).as_posix(): path.read_text("utf-8") for path in paths}
        )

    def entries(self, manifest: str) -> Iterator[dict[str, Any]]:
        """The entries of ``expand`` or ``toRdf``."""
        yield from json.loads(self.text(f"{manifest}-manifest.jsonld"))["sequence"]

    def text(self, name: str) -> str:
        """One file."""
        return (self._root / name).read_text("utf-8")

    def run(self, manifest: str) -> Outcomes:
        """Every entry of the manifest."""
        outcomes = Outcomes()
        for entry in self.entries(manifest):
            if is_old(entry):
                outcomes.skipped.append(entry["@id"])
            elif self._passes(manifest, entry):
                outcomes.passed.append(entry["@id"])
            else:
                outcomes.failed.append(entry["@id"])
        return outcomes

    def _passes(self, manifest: str, entry: dict[str, Any]) -> bool:
        try:
            found = self._process(manifest, entry)
        except jsonld.JsonLdError as error:
            return "expectErrorCode" in entry and _code(error) == entry["expectErrorCode"]
        except (TypeError, AttributeError):
            # WHY: pyld stumbles over some documents instead of refusing them; that is a failure, not an error code.
            return False
        if "expectErrorCode" in entry:
            return False
        return "expect" not in entry or self._as_expected(manifest, found, self.text(entry["expect"]))

    def _process(self, manifest: str, entry: dict[str, Any]) -> Any:
        asked = entry.get("option", {})
        options: Any = {key: asked[key] for key in _OPTIONS if key in asked} | {"documentLoader": self._loader}
        if "expandContext" in asked:
            options["expandContext"] = BASE + asked["expandContext"]
        if manifest == "expand":
            return jsonld.expand(BASE + entry["input"], options)
        return jsonld.to_rdf(BASE + entry["input"], options | {"format": _QUADS})

    def _as_expected(self, manifest: str, found: Any, expected: str) -> bool:
        if manifest == "expand":
            return equal(found, json.loads(expected))
        try:
            return canonical_quads(found) == canonical_quads(expected)
        except jsonld.JsonLdError:
            # WHY: some of what is written is not N-Quads, and cannot be what was expected.
            return False


def is_old(entry: dict[str, Any]) -> bool:
    """Whether the entry is for processors of JSON-LD 1.0 alone."""
    option = entry.get("option", {})
    return _OLD in {option.get("specVersion"), option.get("processingMode")}


def canonical_quads(quads: str) -> str:
    """The canonical N-Quads (RDFC-1.0): equal exactly when two datasets are isomorphic."""
    options: Any = {"algorithm": "URDNA2015", "inputFormat": _QUADS, "format": _QUADS}
    canonical: str = jsonld.normalize(quads, options)
    return canonical


def equal(one: Any, other: Any, *, ordered: bool = False) -> bool:
    """The suite's comparison of JSON-LD objects: arrays have an order inside ``@list`` alone."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key], ordered=key == "@list") for key in one)
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return False
        return all(map(equal, one, other)) if ordered else _equal_in_some_order(one, other)
    return type(one) is type(other) and bool(one == other)


def _equal_in_some_order(one: list[Any], other: list[Any]) -> bool:
    left = list(other)
    for each in one:
        partner = next((index for index, candidate in enumerate(left) if equal(each, candidate)), None)
        if partner is None:
            return False
        del left[partner]
    return True


def _code(error: BaseException | None) -> str | None:
    """The error code: that of the outermost error that has one."""
    while error is not None:
        code: str | None = getattr(error, "code", None)
        if code:
            return code
        error = error.__cause__
    return None
