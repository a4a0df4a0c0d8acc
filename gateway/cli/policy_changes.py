"""What `muniment policy diff` prints: the terms that changed, and what else of the signed policy did."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from policies.difference import NameChange, TermChange, Wider

_WIDER: Final[dict[Wider, str]] = {
    Wider.BEFORE: "narrower than before",
    Wider.AFTER: "wider than before",
    Wider.NEITHER: "neither is wider",
    Wider.UNKNOWN: "which is wider is unknown",
}


def are_equal(terms: Sequence[TermChange], names: Sequence[NameChange]) -> bool:
    """Whether both grant the same: an offer and an agreement on the same terms do not."""
    return not terms and all(each.name != "class" for each in names)


def lines_of(terms: Sequence[TermChange], names: Sequence[NameChange]) -> Iterator[str]:
    """For people."""
    if not terms:
        yield _headline(names)
    for term in terms:
        yield from _change(f"{term.term}: {_WIDER[term.wider]}", term.before, term.after)
    for name in names:
        yield from _change(f"{name.name}: no term, but signed", name.before, name.after)


def value_of(terms: Sequence[TermChange], names: Sequence[NameChange]) -> dict[str, Any]:
    """For programs."""
    return {
        "equal": are_equal(terms, names),
        "terms": [
            {"term": each.term, "before": each.before, "after": each.after, "wider": each.wider} for each in terms
        ],
        "names": [{"name": each.name, "before": each.before, "after": each.after} for each in names],
    }


def _headline(names: Sequence[NameChange]) -> str:
    if not names:
        return "the same terms"
    differing = ", ".join(each.name for each in names)
    return f"the same terms, another hash: {differing} {'differs' if len(names) == 1 else 'differ'}"


def _change(headline: str, before: str | None, after: str | None) -> Iterator[str]:
    yield headline
    yield f"  before: {before or 'nothing'}"
    yield f"  after:  {after or 'nothing'}"
