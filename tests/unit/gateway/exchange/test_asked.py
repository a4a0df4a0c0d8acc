"""What a read supplies to policies, against what registration takes as supplied."""

from gateway.exchange.read.decide import asked_of
from policies.registering.abilities import HERE
from policies.vocabulary import (
    DATE_TIME,
    DUTY_TERMS,
    ELAPSED_TIME,
    EVENT,
    ISO3166,
    OBTAIN_ETHICS_DECISION,
    OPERANDS,
    Discharge,
    Grain,
)
from tests.testkit.policies import ASSET, the_dataset
from tests.testkit.reading import DEVELOPER, a_read

OF_CLOCK_AND_RECORD = frozenset({DATE_TIME, ELAPSED_TIME, EVENT})


def test_every_operand_of_the_access_that_registration_counts_on_is_supplied() -> None:
    read = a_read("urn:licence:1", place=ISO3166 + "DE", model="urn:model:1")

    asked = asked_of(read, the_dataset(), target=ASSET, present=frozenset(), party=DEVELOPER)

    declared = {left for left, actuals in asked.values.items() if actuals}
    assert declared | OF_CLOCK_AND_RECORD == {left for left in HERE.operands if OPERANDS[left].grain is Grain.ACCESS}


def test_what_a_read_leaves_open_is_unknown() -> None:
    asked = asked_of(a_read("urn:licence:1"), the_dataset(), target=ASSET, present=frozenset(), party=DEVELOPER)

    assert len([left for left, actuals in asked.values.items() if not actuals]) == 2


def test_of_duties_before_the_use_registration_counts_on_the_decision_of_the_board_alone() -> None:
    before = {term for term in HERE.duties if DUTY_TERMS[term].discharge is Discharge.BEFORE}

    assert before == {OBTAIN_ETHICS_DECISION}
