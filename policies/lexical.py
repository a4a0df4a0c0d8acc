"""Values of right operands and their one canonical lexical form (XML Schema)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, assert_never

from policies.model import Value
from policies.vocabulary import XSD, Iri

BOOLEAN: Final = Iri(XSD + "boolean")
INTEGER: Final = Iri(XSD + "integer")
DECIMAL: Final = Iri(XSD + "decimal")
DATE_TIME: Final = Iri(XSD + "dateTime")
DURATION: Final = Iri(XSD + "duration")
STRING: Final = Iri(XSD + "string")

MAX_DIGITS: Final = 38
"""Digits of a number, as Arrow's 128-bit decimals have."""

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", re.ASCII)
_DATE_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])", re.ASCII
)
_DURATION: Final = re.compile(
    r"P(?=.)(?:([0-9]{1,6})D)?(?:T(?=.)(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,9})S)?)?", re.ASCII
)
_INT64: Final = 2**63
_FORMS: Final[dict[str, re.Pattern[str]]] = {
    DATE_TIME: re.compile(
        r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
    ),
    DURATION: re.compile(r"P(?=.)([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+S)?)?", re.ASCII),
    INTEGER: re.compile(r"[+-]?[0-9]+", re.ASCII),
    DECIMAL: _DECIMAL,
}
"""What texts of a type look like, whether or not there is such a value."""


def _boolean(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text)


def _integer(text: str) -> int | None:
    value = int(text) if _INTEGER.fullmatch(text) else _INT64
    return value if -_INT64 <= value < _INT64 else None


def _decimal(text: str) -> Decimal | None:
    fits = _DECIMAL.fullmatch(text) and sum(character.isdigit() for character in text) <= MAX_DIGITS
    return Decimal(text) if fits else None


def _date_time(text: str) -> datetime | None:
    if not _DATE_TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _duration(text: str) -> timedelta | None:
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


_PARSERS: Final[dict[str, Callable[[str], Value | None]]] = {
    BOOLEAN: _boolean,
    INTEGER: _integer,
    DECIMAL: _decimal,
    DATE_TIME: _date_time,
    DURATION: _duration,
}


def parse(text: str, datatype: str) -> Value | None:
    """The value of a typed literal; ``None`` when the type is not accepted or the text is not of it.

    Times need an offset and become UTC, with microseconds at most. Durations are days or smaller. Integers
    have 64 bits, decimals 38 digits. Doubles, dates and zoneless times are not accepted.
    """
    if datatype == STRING:
        return text
    parser = _PARSERS.get(datatype)
    return None if parser is None else parser(text)


def has_form(text: str, datatype: str) -> bool:
    """Whether the text looks like one of the type; without a value it is then no such day, too large or too exact."""
    form = _FORMS.get(datatype)
    return form is not None and form.fullmatch(text) is not None


def literal(value: Value) -> tuple[Iri, str]:
    """The datatype and the canonical lexical form of a literal."""
    match value:
        case bool():
            return BOOLEAN, "true" if value else "false"
        case int():
            return INTEGER, str(value)
        case Decimal():
            return DECIMAL, _plain(value)
        case datetime():
            return DATE_TIME, _utc(value)
        case timedelta():
            return DURATION, _days(value)
        case str():
            return STRING, value
        case _:
            assert_never(value)


def _plain(value: Decimal) -> str:
    """No exponent, no trailing zeros, no sign of zero."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", "0"} else text


def _utc(value: datetime) -> str:
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def _days(value: timedelta) -> str:
    minutes, seconds = divmod(value.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    time = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    date = f"{value.days}D" if value.days or not time else ""
    return f"P{date}T{time}" if time else f"P{date}"
