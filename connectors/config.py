"""Checks the configuration of a source against its declared form."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from connectors.errors import ConnectorConfigError
from connectors.spi import AiUse, PlatformTerms

T = TypeVar("T")


class TermsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the operator knows of a platform's own terms; what is left out stays as the connector declares it."""

    ai_use: AiUse | None = None
    redistribution: AiUse | None = None
    share_alike: bool | None = None
    attribution: str | None = None
    source: str | None = None


def parse(form: type[T], config: Mapping[str, Any], connector: str) -> T:
    """The configuration as a value of its form.

    Raises:
        ConnectorConfigError: a key is missing, unknown or has a wrong value; names the key, never the value.
    """
    try:
        return msgspec.convert(dict(config), form)
    except msgspec.ValidationError as problem:
        raise ConnectorConfigError(
            f"configuration of connector `{connector}`: {problem}",
            hint=f"known keys: {', '.join(each.name for each in msgspec.structs.fields(form))}",  # type: ignore[arg-type]
        ) from None


def terms(declared: PlatformTerms, told: TermsConfig) -> PlatformTerms:
    """The connector's declaration, with what the operator says in its place."""
    return PlatformTerms(
        ai_use=told.ai_use or declared.ai_use,
        redistribution=told.redistribution or declared.redistribution,
        share_alike=declared.share_alike if told.share_alike is None else told.share_alike,
        attribution=declared.attribution if told.attribution is None else told.attribution,
        source=declared.source if told.source is None else told.source,
        record_licences=declared.record_licences,
    )
