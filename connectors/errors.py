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


class ConnectorNotFoundError(ConnectorError):
    """No installed distribution has a connector of this name."""

    code = "CONNECTOR_NOT_FOUND"

    def __init__(self, connector: str, installed: tuple[str, ...]) -> None:
        super().__init__(
            f"no connector `{connector}` is installed",
            hint=f"installed: {', '.join(installed)}" if installed else "no connector is installed at all",
        )
        self.connector = connector
        self.installed = installed


class ConnectorApiError(ConnectorError):
    """A connector was written for another major version of the contract."""

    code = "CONNECTOR_API_MISMATCH"

    def __init__(self, connector: str, found: object, expected: int) -> None:
        super().__init__(
            f"connector `{connector}` has contract version `{found}`, this engine needs `{expected}`",
            hint="install the release of the connector that fits this release of muniment",
        )
        self.connector = connector
        self.found = found
        self.expected = expected


class ConnectorBrokenError(ConnectorError):
    """An installed connector cannot be used: it cannot be imported, is there twice, or contradicts the contract."""

    code = "CONNECTOR_BROKEN"


class CollectionNotFoundError(ConnectorError):
    """The source has no collection of this name."""

    code = "COLLECTION_NOT_FOUND"

    def __init__(self, collection: str) -> None:
        super().__init__(f"no collection `{collection}` at this source", hint="list the collections with `describe`")
        self.collection = collection


class ColumnNotFoundError(ConnectorError):
    """A read asks for a column that the kind does not have."""

    code = "COLUMN_NOT_FOUND"

    def __init__(self, column: str, kind: str) -> None:
        super().__init__(f"kind `{kind}` has no column `{column}`")
        self.column = column
        self.kind = kind


class FilterInvalidError(ConnectorError):
    """A filter compares a column with a value of another type; nothing was released."""

    code = "SOURCE_FILTER_INVALID"

    def __init__(self, column: str, wanted: str) -> None:
        super().__init__(f"column `{column}` is compared with a value that is no {wanted}")
        self.column = column
        self.wanted = wanted


class SourceUnavailableError(RetriableConnectorError):
    """The source cannot be reached, or answered with a transient failure."""

    code = "SOURCE_UNAVAILABLE"


class SourceTimeoutError(RetriableConnectorError):
    """The source did not answer before the deadline."""

    code = "SOURCE_TIMEOUT"


class RateLimitedError(RetriableConnectorError):
    """The source asks to wait."""

    code = "SOURCE_RATE_LIMITED"

    def __init__(self, source: str, retry_after_s: float) -> None:
        super().__init__(f"`{source}` asks to wait", hint="ask for fewer rows, or later")
        self.source = source
        self.retry_after_s = retry_after_s
        """Seconds that the source asks for; 0 when it does not say."""


class CircuitOpenError(ConnectorError):
    """The source failed so often that it is left alone for a while."""

    code = "SOURCE_CIRCUIT_OPEN"

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(
            f"the source failed repeatedly; it is asked again in {retry_after_s:.0f} s",
            hint="see its health; the next attempt is made by itself",
        )
        self.retry_after_s = retry_after_s


class SourceForbiddenError(ConnectorError):
    """The source does not accept the credentials, or does not allow what was asked."""

    code = "SOURCE_FORBIDDEN"


class HostNotAllowedError(ConnectorError):
    """A request or a redirect leads to a host that the source's configuration does not name."""

    code = "SOURCE_HOST_NOT_ALLOWED"

    def __init__(self, host: str, problem: str = "is not one of the hosts of this source") -> None:
        super().__init__(f"host `{host}` {problem}")
        self.host = host


class BadResponseError(ConnectorError):
    """The source answered, but not in the declared form; carries where."""

    code = "SOURCE_BAD_RESPONSE"


class ResponseTooLargeError(BadResponseError):
    """The source answered more bytes than it may."""

    code = "SOURCE_RESPONSE_TOO_LARGE"

    def __init__(self, source: str, max_bytes: int) -> None:
        super().__init__(f"`{source}` answered more than {max_bytes} bytes", hint="ask for smaller pages")
        self.source = source
        self.max_bytes = max_bytes


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
