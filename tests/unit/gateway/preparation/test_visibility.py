import pyarrow as pa
import pytest

from gateway.preparation.visibility import VisibilityRule, hashes_of, visible
from graph.journal.events import RowScope
from graph.journal.rows import ConsentSnapshot


def _keyed(account: str) -> str:
    return f"#{account}"


def _known(**people: frozenset[str]) -> ConsentSnapshot:
    return ConsentSnapshot(epoch=1, **people)


CONSENT = VisibilityRule(scope=RowScope.ALL, consent_required=True)
INTEREST = VisibilityRule(scope=RowScope.ALL, consent_required=False)
OWN = VisibilityRule(scope=RowScope.OWN, consent_required=False, licensor_subject="#dora")


def _rows(rule: VisibilityRule, known: ConsentSnapshot, *people: list[str | None]) -> object:
    columns = [pa.array(each, pa.string()) for each in people]
    return visible(columns, rule, known, _keyed, rows=len(people[0])).to_pylist()


def test_consent_shows_only_those_who_gave_it() -> None:
    assert _rows(CONSENT, _known(consented=frozenset({"#ann"})), ["ann", "bob"]) == [True, False]


def test_other_bases_hide_those_who_objected() -> None:
    assert _rows(INTEREST, _known(objected=frozenset({"#bob"})), ["ann", "bob"]) == [True, False]


def test_objection_outweighs_consent() -> None:
    known = _known(consented=frozenset({"#ann"}), objected=frozenset({"#ann"}))

    assert _rows(CONSENT, known, ["ann"]) == [False]


def test_a_row_with_two_people_needs_both() -> None:
    known = _known(consented=frozenset({"#ann", "#cid"}))

    assert _rows(CONSENT, known, ["ann", "ann", "bob"], ["cid", "bob", "ann"]) == [True, False, False]


@pytest.mark.parametrize("rule", [CONSENT, INTEREST, OWN])
def test_a_row_without_a_named_person_is_dropped(rule: VisibilityRule) -> None:
    assert _rows(rule, _known(consented=frozenset({"#None"})), [None]) == [False]


@pytest.mark.parametrize(("rule", "seen"), [(INTEREST, True), (CONSENT, False)])
def test_rows_that_nobody_is_in_are_seen_unless_consent_is_asked_for(rule: VisibilityRule, *, seen: bool) -> None:
    assert visible([], rule, _known(), _keyed, rows=2).to_pylist() == [seen, seen]


def test_people_who_license_their_own_rows_are_left_out_of_the_operators_dataset() -> None:
    assert _rows(INTEREST, _known(self_licensed=frozenset({"#dora"})), ["ann", "dora"]) == [True, False]


def test_own_rows_are_those_whose_every_person_is_the_licensor() -> None:
    known = _known(self_licensed=frozenset({"#dora"}))

    assert _rows(OWN, known, ["dora", "dora", "ann"], ["dora", "ann", "dora"]) == [True, False, False]


def test_nobody_known_and_no_rows_are_fine() -> None:
    assert _rows(CONSENT, _known(), []) == []


def test_everybody_in_the_rows_is_hashed_once() -> None:
    people = [pa.array(["ann", "bob", None]), pa.array(["bob", "bob", "cid"]).dictionary_encode()]

    assert hashes_of(people, _keyed) == {"#ann", "#bob", "#cid"}
