"""The SolidLab ODRL test suite: 68 cases of one rule each, with the report that is expected."""

import csv
import time
from collections.abc import Callable
from typing import Final

import pytest
from rdflib import URIRef

from tests.suites.solidlab import Case
from tests.testkit.shared import shared

ROOT: Final = shared("suites", "odrl-solidlab")
ROWS: Final = {row["case"]: row for row in csv.DictReader((ROOT / "cases.csv").read_text("utf-8").splitlines())}

DEVIATIONS: Final = {
    "059": "the state of the duty is not known; the suite calls the permission active, the product fails closed",
    "065": "the fulfilled duty on record is that of another policy; only evidence of the very duty counts",
}
UNREPORTED: Final = {"065"}
"""Cases whose premise reports do not exist in the published file: their activation is compared alone."""
LARGE: Final = ("062", "063", "064")
VOCABULARIES: Final = (
    "http://www.w3.org/",
    "https://w3id.org/force/",
    "http://purl.org/dc/",
    "http://xmlns.com/foaf/",
    "http://example.com/request/",
)


def test_there_are_all_cases() -> None:
    assert len(ROWS) == 68


@pytest.mark.parametrize("case", sorted(ROWS))
def test_the_report_is_the_published_one(case: str) -> None:
    outcome = Case(ROOT, ROWS[case]).run()

    assert outcome.agrees is (case not in DEVIATIONS)
    if case not in UNREPORTED:
        assert outcome.disagreeing == []


def test_the_count_of_cases_and_premises(tell: Callable[[str], None]) -> None:
    outcomes = {case: Case(ROOT, row).run() for case, row in ROWS.items()}
    started = time.perf_counter()
    for case in LARGE:
        Case(ROOT, ROWS[case]).run()
    took = time.perf_counter() - started
    premises = sum(len(outcome.premises) for case, outcome in outcomes.items() if case not in UNREPORTED)
    as_expected = sum(outcome.agrees for outcome in outcomes.values())

    assert as_expected == 66
    assert {case for case, outcome in outcomes.items() if not outcome.agrees} == DEVIATIONS.keys()
    tell(
        f"SolidLab ODRL suite: {as_expected} of {len(outcomes)} as expected, "
        f"deviations {', '.join(sorted(DEVIATIONS))}; {premises} premises agree; "
        f"the policy of 786 constraints read and decided three times in {1_000 * took:.0f} ms"
    )


def test_with_open_duties_every_case_is_as_expected() -> None:
    outcomes = {case: Case(ROOT, row).run(open_duties=True) for case, row in ROWS.items()}

    assert [case for case, outcome in outcomes.items() if not outcome.agrees] == []


def test_other_names_change_nothing() -> None:
    for case in sorted(ROWS.keys() - set(LARGE)):
        plain, other = Case(ROOT, ROWS[case]), Case(ROOT, ROWS[case])
        nodes = {node for graph in (other.graph, other.expected) for triple in graph for node in triple}
        names = sorted({str(node) for node in nodes if isinstance(node, URIRef)}, reverse=True)
        own = [name for name in names if not name.startswith(VOCABULARIES)]
        other.renamed({URIRef(name): URIRef(f"urn:renamed:{number}") for number, name in enumerate(own)})

        before, after = plain.run(), other.run()

        assert (after.active, sorted(after.premises.values())) == (before.active, sorted(before.premises.values()))
        assert len(own) > 4
