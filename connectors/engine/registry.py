"""Finds connectors by the entry points of installed distributions, and makes them from their configuration."""

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, cast

from connectors.errors import ConnectorApiError, ConnectorBrokenError, ConnectorNotFoundError
from connectors.spi import API_VERSION, Connector, ConnectorFactory

GROUP: Final = "muniment.connectors"


def installed(registry: Iterable[EntryPoint] | None = None) -> tuple[str, ...]:
    """Names of the connectors that installed distributions offer, sorted; none is imported."""
    return tuple(sorted({each.name for each in _registry(registry)}))


def load(connector: str, config: Mapping[str, Any], *, registry: Iterable[EntryPoint] | None = None) -> Connector:
    """Import a connector and make it from its configuration.

    Args:
        connector: name of an entry point of the group ``muniment.connectors``.
        config: what the connector's own ``parse_config`` checks.
        registry: the entry points to look in; the installed ones when not given.

    Raises:
        ConnectorNotFoundError: no distribution offers it.
        ConnectorBrokenError: it is offered twice, or cannot be imported.
        ConnectorApiError: it was written for another version of the contract.
        ConnectorConfigError: the configuration is wrong.
    """
    known = tuple(_registry(registry))
    offers = {each.value for each in known if each.name == connector}
    if not offers:
        raise ConnectorNotFoundError(connector, installed(known))
    if len(offers) > 1:
        raise ConnectorBrokenError(
            f"connector `{connector}` is offered twice: {' and '.join(f'`{each}`' for each in sorted(offers))}",
            hint="remove one of the two distributions",
        )
    entry = next(each for each in known if each.name == connector)
    try:
        factory = entry.load()
    except (ImportError, AttributeError) as problem:
        raise ConnectorBrokenError(f"connector `{connector}` cannot be imported from `{entry.value}`") from problem
    version = getattr(factory, "api", None)
    if version != API_VERSION:
        raise ConnectorApiError(connector, version, API_VERSION)
    return cast("type[ConnectorFactory]", factory).parse_config(config)


def _registry(registry: Iterable[EntryPoint] | None) -> Iterable[EntryPoint]:
    return entry_points(group=GROUP) if registry is None else registry
