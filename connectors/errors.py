"""Errors of reading a platform, classed by what the engine should do about them."""

from typing import ClassVar

from policies.errors import CodedError


class ConnectorError(CodedError):
    """Reading a source failed; the message names the source and is safe to show."""

    retriable: ClassVar[bool] = False


class RetriableConnectorError(ConnectorError):
    """Trying again may help; only ``connectors.engine`` does so."""

    retriable: ClassVar[bool] = True


class ConnectorConfigError(ConnectorError):
    """The configuration of a source is wrong."""

    code = "CONNECTOR_CONFIG_INVALID"


class CollectionNotFoundError(ConnectorError):
    """The source has no collection of this name."""

    code = "COLLECTION_NOT_FOUND"

    def __init__(self, collection: str) -> None:
        super().__init__(f"no collection `{collection}` at this source", hint="list the collections with `describe`")
        self.collection = collection


class SourceUnavailableError(RetriableConnectorError):
    """The source cannot be reached, or answered with a transient failure."""

    code = "SOURCE_UNAVAILABLE"


class SourceTimeoutError(RetriableConnectorError):
    """The source did not answer before the deadline."""

    code = "SOURCE_TIMEOUT"


class BadResponseError(ConnectorError):
    """The source answered, but not in the declared form; carries where."""

    code = "SOURCE_BAD_RESPONSE"


class MalformedRecordError(BadResponseError):
    """A record of a file cannot be read; carries the file's line and field."""

    code = "SOURCE_RECORD_MALFORMED"

    def __init__(self, file: str, line: int, field: str, problem: str) -> None:
        super().__init__(
            f"`{file}` line {line}, field `{field}`: {problem}",
            hint="correct the line, or restore the file as it was published",
        )
        self.file = file
        self.line = line
        self.field = field


class CheckpointInvalidError(ConnectorError):
    """A resume point belongs to another schema or another source."""

    code = "CHECKPOINT_INVALID"


class PagingStuckError(ConnectorError):
    """A source repeats a page or a token."""

    code = "SOURCE_PAGING_STUCK"
