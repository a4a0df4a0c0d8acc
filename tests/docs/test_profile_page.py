"""The examples of the profile's page are parts of a permission, and are registered as they stand."""

import json
from typing import Any

import pytest

from policies.jsonld import intake
from policies.validate import validate
from policies.vocabulary import CONTEXT_IRI, ODRL_CONTEXT_IRI, PROFILE_IRI
from tests.architecture.packages import ROOT
from tests.docs.blocks import Block, blocks
from tests.testkit.policies import COLUMNS, NOW

PAGE = ROOT / "docs" / "reference" / "profile.md"


def offering(part: dict[str, Any]) -> dict[str, Any]:
    """An offer whose permission has this part."""
    permission = {
        "@type": "Permission",
        "uid": "urn:example:offer:1#p1",
        "assigner": "urn:example:party:owner",
        "target": "urn:example:dataset:1",
        "action": "rep:fineTune",
    }
    return {
        "@context": [ODRL_CONTEXT_IRI, CONTEXT_IRI],
        "@type": "Offer",
        "uid": "urn:example:offer:1",
        "profile": PROFILE_IRI,
        "conflict": "prohibit",
        "permission": [permission | part],
    }


@pytest.mark.parametrize("block", list(blocks(PAGE, "json")), ids=lambda block: block.name)
def test_the_examples_are_registered(block: Block) -> None:
    validate(intake(offering(json.loads(block.content))), now=NOW, columns=COLUMNS)


def test_every_form_has_its_example() -> None:
    shown = "".join(block.content for block in blocks(PAGE, "json"))

    for form in (
        '"@value"',
        '"@list"',
        '"or"',
        '"refinement"',
        '"rep:onColumn"',
        '"rep:parameter"',
        '"duty"',
        '"unit"',
    ):
        assert form in shown
