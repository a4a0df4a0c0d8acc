"""The forms of the answers that fetching a package rests on; an answer of another form is told as such."""

from typing import Annotated, Any, Final, TypeVar

import msgspec

from gateway.client.answers import Answer
from gateway.client.errors import GatewayAnswerError
from gateway.client.manifests import Count, Sha256
from gateway.errors import shortened

_GRAPHQL: Final = "/graphql"
_SHOWN: Final = 200


class FileToFetch(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the list."""

    path: str
    bytes: Count
    sha256: Sha256


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What ``openedDelivery`` gives."""

    token: Annotated[str, msgspec.Meta(pattern=r"\A[!-~]{1,4096}\Z")]
    manifest: str
    files: tuple[FileToFetch, ...]


class OpenedAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to ``openedDelivery``."""

    opened_delivery: Opened | None


class Acknowledged(msgspec.Struct, frozen=True, rename="camel"):
    """What ``acknowledgeDelivery`` gives."""

    user_errors: tuple[Any, ...]


class AcknowledgedAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to ``acknowledgeDelivery``."""

    acknowledge_delivery: Acknowledged


_Form = TypeVar("_Form", OpenedAnswer, AcknowledgedAnswer)


def of_form(form: type[_Form], answer: Answer, base_url: str) -> _Form:
    """The data of an answer.

    Raises:
        GatewayAnswerError: it has another form.
    """
    try:
        # WHY: not strict, as a count of bytes travels as text.
        return msgspec.convert(answer.require(), form, strict=False)
    except msgspec.ValidationError as problem:
        raise GatewayAnswerError(base_url + _GRAPHQL, answer.status, shortened(str(problem), _SHOWN)) from None
