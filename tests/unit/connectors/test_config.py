from typing import Any

import msgspec
import pytest

from connectors.config import TermsConfig, parse, terms
from connectors.errors import ConnectorConfigError
from connectors.platforms.forum import ForumConnector
from connectors.platforms.memory import MemoryConnector
from connectors.platforms.opensim import OpenSimConnector
from connectors.platforms.trust_ledger import TrustLedgerConnector
from connectors.spi import AiUse, PlatformTerms

CANARY = "canary-in-the-configuration"


class Form(msgspec.Struct, forbid_unknown_fields=True):
    path: str
    size: int = 1


def test_value_of_the_form_is_made() -> None:
    assert parse(Form, {"path": "x"}, "c") == Form(path="x")


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({}, "path"),
        ({"path": 1}, "path"),
        ({"path": "x", "size": CANARY}, "size"),
        ({"path": "x", "pth": CANARY}, "pth"),
    ],
)
def test_wrong_key_is_named_and_no_value(config: dict[str, Any], named: str) -> None:
    with pytest.raises(ConnectorConfigError, match=named) as refused:
        parse(Form, config, "c")

    assert CANARY not in refused.value.message
    assert refused.value.hint == "known keys: path, size"


def test_operator_says_what_the_terms_are() -> None:
    declared = PlatformTerms(ai_use=AiUse.CONTESTED, share_alike=True, attribution="name us", record_licences=("l",))
    told = parse(TermsConfig, {"ai_use": "allowed", "share_alike": False, "source": "a letter"}, "c")

    assert terms(declared, told) == PlatformTerms(
        ai_use=AiUse.ALLOWED, share_alike=False, attribution="name us", source="a letter", record_licences=("l",)
    )
    assert terms(declared, TermsConfig()) == declared


@pytest.mark.parametrize(
    ("factory", "config"),
    [
        (OpenSimConnector, {"path": "x"}),
        (TrustLedgerConnector, {"path": "x"}),
        (MemoryConnector, {"platform": "m", "collections": {}}),
        (ForumConnector, {"base_url": "http://forum.example"}),
    ],
)
def test_unknown_word_in_the_terms_is_refused(factory: Any, config: dict[str, Any]) -> None:
    with pytest.raises(ConnectorConfigError, match="ai_use"):
        factory.parse_config({**config, "terms": {"ai_use": "maybe"}})
    assert factory.parse_config({**config, "terms": {"ai_use": "allowed"}}).terms.ai_use is AiUse.ALLOWED


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "forum.example",
        "ftp://forum.example",
        "http://",
        "http://[",
        f"http://user:{CANARY}@forum.example",
        f"http://forum.example/?key={CANARY}",
        "http://forum.example/#part",
    ],
)
def test_forum_needs_the_address_of_a_forum(base_url: str) -> None:
    with pytest.raises(ConnectorConfigError, match="base_url") as refused:
        ForumConnector.parse_config({"base_url": base_url})

    assert CANARY not in refused.value.message


@pytest.mark.parametrize("page_size", [0, 1001])
def test_forum_needs_a_page_size_that_the_api_knows(page_size: int) -> None:
    with pytest.raises(ConnectorConfigError, match="page_size"):
        ForumConnector.parse_config({"base_url": "http://forum.example", "page_size": page_size})


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"nonsense": 1}, "nonsense"),
        ({"value": "much"}, "value"),
        ({"observed_at": "yesterday"}, "observed_at"),
        ({"rater": 5}, "rater"),
        ({"derived": "yes"}, "derived"),
    ],
)
def test_memory_needs_rows_of_the_kind(row: dict[str, Any], named: str) -> None:
    collections = {"ratings": {"kind": "Rating", "rows": [row]}}

    with pytest.raises(ConnectorConfigError, match=named):
        MemoryConnector.parse_config({"platform": "m", "collections": collections})
