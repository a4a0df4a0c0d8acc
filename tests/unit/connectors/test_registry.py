from importlib.metadata import EntryPoint
from typing import Any, ClassVar

import pytest

from connectors.engine import installed, load
from connectors.errors import ConnectorApiError, ConnectorBrokenError, ConnectorConfigError, ConnectorNotFoundError
from connectors.platforms.memory import MemoryConnector

GROUP = "muniment.connectors"
MEMORY = "connectors.platforms.memory:MemoryConnector"


class Outdated:
    api: ClassVar[int] = 0


class Unversioned:
    pass


def an_entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=GROUP)


def test_installed_connectors_are_found_by_name() -> None:
    assert {"memory", "opensim", "forum", "trust_ledger"} <= set(installed())


def test_connector_is_made_from_its_configuration() -> None:
    connector = load("memory", {"platform": "m", "collections": {}})

    assert isinstance(connector, MemoryConnector)
    assert connector.platform == "m"


def test_unknown_connector_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConnectorNotFoundError) as refused:
        load("nosuch", {}, registry=[an_entry("memory", MEMORY)])

    assert refused.value.code == "CONNECTOR_NOT_FOUND"
    assert refused.value.installed == ("memory",)
    assert "memory" in refused.value.hint


def test_empty_registry_says_so() -> None:
    with pytest.raises(ConnectorNotFoundError, match="nosuch") as refused:
        load("nosuch", {}, registry=[])

    assert refused.value.hint == "no connector is installed at all"


@pytest.mark.parametrize("value", ["no_such_module:Thing", "connectors.platforms.memory:NoSuchClass"])
def test_connector_that_cannot_be_imported_is_broken(value: str) -> None:
    with pytest.raises(ConnectorBrokenError, match="cannot be imported"):
        load("broken", {}, registry=[an_entry("broken", value)])


def test_broken_connector_harms_no_other() -> None:
    registry = [an_entry("broken", "no_such_module:Thing"), an_entry("memory", MEMORY)]

    assert load("memory", {"platform": "m", "collections": {}}, registry=registry).platform == "m"


def test_name_offered_twice_names_both_places() -> None:
    with pytest.raises(ConnectorBrokenError, match="`a:A` and `b:B`"):
        load("twice", {}, registry=[an_entry("twice", "b:B"), an_entry("twice", "a:A")])


def test_name_offered_twice_from_one_place_is_one_offer() -> None:
    registry = [an_entry("memory", MEMORY), an_entry("memory", MEMORY)]

    assert load("memory", {"platform": "m", "collections": {}}, registry=registry).platform == "m"


@pytest.mark.parametrize(("factory", "found"), [("Outdated", 0), ("Unversioned", None)])
def test_another_version_of_the_contract_is_refused(factory: str, found: Any) -> None:
    with pytest.raises(ConnectorApiError) as refused:
        load("old", {}, registry=[an_entry("old", f"{__name__}:{factory}")])

    assert refused.value.found == found
    assert refused.value.expected == 1


def test_wrong_configuration_is_refused() -> None:
    with pytest.raises(ConnectorConfigError, match="platform"):
        load("memory", {"collections": {}})
