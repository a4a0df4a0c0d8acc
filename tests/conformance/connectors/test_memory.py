"""The reference connector passes its own kit."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from typing_extensions import override

from connectors.platforms.memory import MemoryConnector
from connectors.testing.suite import ConnectorConformance

ROWS = 20


class TestMemory(ConnectorConformance):
    factory = MemoryConnector
    waived: ClassVar = {"B08": "memory cannot be down"}

    @pytest.fixture
    @override
    def config(self) -> Mapping[str, Any]:
        return {
            "platform": "memory",
            "terms": {"source": "nowhere"},
            "collections": {
                "ratings": {"kind": "Rating", "rows": [_rating(number) for number in range(ROWS)]},
                "utterances": {"kind": "Utterance", "rows": [_utterance(number) for number in range(ROWS)]},
            },
        }


def _rating(number: int) -> Mapping[str, Any]:
    return {
        "record_id": f"{number:064x}",
        "platform": "memory",
        "derived": False,
        "rater": f"member-{number % 4:04}",
        "rated": None if number == 5 else f"member-{number % 7:04}",
        "value": None if number == 3 else f"{number % 5 - 2}.5",
        "observed_at": f"2020-01-{number % 9 + 1:02}T00:00:00.{number:06}Z",
    }


def _utterance(number: int) -> Mapping[str, Any]:
    texts = ("Straße", "strasse", "", "é", "e\N{COMBINING ACUTE ACCENT}", "\N{SPARKLES} שלום", "a\0b", None)
    return {
        "record_id": f"{number:064x}",
        "platform": "memory",
        "derived": False,
        "author": f"member-{number % 3:04}",
        "text": texts[number % len(texts)],
        "score": number - 10,
    }
