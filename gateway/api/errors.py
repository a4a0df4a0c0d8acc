"""Errors of the GraphQL surface: what a caller can get wrong before or while an operation runs."""

from gateway.errors import GatewayError


class HttpRequestError(GatewayError):
    """The HTTP request is not a GraphQL request; nothing of it was executed."""


class MethodNotAllowedError(HttpRequestError):
    """GraphQL is served by POST; by GET only where the profile allows queries that way."""

    code = "METHOD_NOT_ALLOWED"
    http_status = 405

    def __init__(self, method: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"`{method}` is not allowed here", hint=f"use {' or '.join(allowed)}")
        self.allowed = allowed


class MediaTypeUnsupportedError(HttpRequestError):
    """The body is not declared as JSON in UTF-8."""

    code = "MEDIA_TYPE_UNSUPPORTED"
    http_status = 415

    def __init__(self, media_type: str) -> None:
        super().__init__(
            f"a body of type `{media_type}` is not accepted" if media_type else "the type of the body is not declared",
            hint="send `content-type: application/json`",
        )


class NotAcceptableError(HttpRequestError):
    """The caller accepts none of the media types an answer can have."""

    code = "NOT_ACCEPTABLE"
    http_status = 406

    def __init__(self) -> None:
        super().__init__(
            "no media type of the `accept` header can be served",
            hint="accept `application/graphql-response+json` or `application/json`",
        )


class BodyTooLargeError(HttpRequestError):
    """The body has more bytes than a request may have."""

    code = "BODY_TOO_LARGE"
    http_status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body has more than {limit} bytes")
        self.limit = limit


class BodyTooSlowError(HttpRequestError):
    """The body did not come in time."""

    code = "BODY_TOO_SLOW"
    http_status = 408

    def __init__(self, limit_s: float) -> None:
        super().__init__(f"the body did not arrive within {limit_s:g} seconds")
        self.limit_s = limit_s


class JsonInvalidError(HttpRequestError):
    """The body is not JSON, or JSON that cannot be read in one way only."""

    code = "JSON_INVALID"

    def __init__(self, problem: str) -> None:
        super().__init__(f"the body cannot be read: {problem}", hint="send one JSON object in UTF-8")


class RequestShapeError(HttpRequestError):
    """A member of the GraphQL request is missing or has a wrong type."""

    code = "GRAPHQL_REQUEST_INVALID"

    def __init__(self, problem: str) -> None:
        super().__init__(problem, hint="members: query (text), variables, operationName, extensions")


class DocumentError(GatewayError):
    """The document, its variables or the choice of operation are wrong; nothing was executed."""


class QuerySyntaxError(DocumentError):
    """The document is not GraphQL."""

    code = "GRAPHQL_PARSE_FAILED"


class QueryInvalidError(DocumentError):
    """The document does not fit the schema."""

    code = "GRAPHQL_VALIDATION_FAILED"


class VariablesInvalidError(DocumentError):
    """A variable is missing or has a wrong value."""

    code = "VARIABLES_INVALID"


class OperationNotFoundError(DocumentError):
    """The document has no operation of that name, or several and none was named."""

    code = "OPERATION_NOT_FOUND"

    def __init__(self, name: str | None) -> None:
        super().__init__(
            f"the document has no operation `{name}`" if name else "the document has several operations",
            hint="name one of them in `operationName`",
        )


class SubscriptionUnsupportedError(DocumentError):
    """Subscriptions are not served over this transport."""

    code = "SUBSCRIPTION_UNSUPPORTED"

    def __init__(self) -> None:
        super().__init__("subscriptions are not served here")


class IntrospectionRefusedError(DocumentError):
    """Introspection needs a scope."""

    code = "INTROSPECTION_REFUSED"

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"introspection needs the scope `{scope}`", hint="read the published schema in the documentation"
        )


class QueryLimitError(DocumentError):
    """The document would cost more than one request may."""


class QueryTooLargeError(QueryLimitError):
    """Too much text, too many tokens, or too many fields once fragments are spread."""

    code = "QUERY_TOO_LARGE"

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"the query has more than {limit} {what}", hint="split it, or use variables for large values")
        self.limit = limit


class QueryTooDeepError(QueryLimitError):
    """Fields or fragments are nested too deeply."""

    code = "QUERY_TOO_DEEP"

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"{what} are nested more than {limit} deep")
        self.limit = limit


class QueryTooManyAliasesError(QueryLimitError):
    """Too many aliases, counted once fragments are spread."""

    code = "QUERY_TOO_MANY_ALIASES"

    def __init__(self, limit: int) -> None:
        super().__init__(f"the query has more than {limit} aliases", hint="send several requests")
        self.limit = limit


class QueryTooManyRootFieldsError(QueryLimitError):
    """Too many fields at the root of the operation, or too many of them that read records."""

    code = "QUERY_TOO_MANY_ROOT_FIELDS"

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"the operation has more than {limit} {what}", hint="send several requests")
        self.limit = limit


class QueryTooManyDirectivesError(QueryLimitError):
    """Too many directives, counted once fragments are spread."""

    code = "QUERY_TOO_MANY_DIRECTIVES"

    def __init__(self, limit: int) -> None:
        super().__init__(f"the query has more than {limit} directives")
        self.limit = limit


class ArgumentError(GatewayError):
    """One argument of one field has a value that cannot be served."""


class ListSizeError(ArgumentError):
    """``first`` is outside its range."""

    code = "LIST_SIZE_OUT_OF_RANGE"

    def __init__(self, first: int, most: int) -> None:
        super().__init__(f"`first` must be between 1 and {most}, not {first}")
        self.most = most


class CursorInvalidError(ArgumentError):
    """The cursor was not made here, or not for this query and this party."""

    code = "CURSOR_INVALID"

    def __init__(self) -> None:
        super().__init__(
            "the cursor does not belong to this query",
            hint="pass an `endCursor` unchanged, with the same arguments that gave it",
        )


class FilterInvalidError(ArgumentError):
    """A filter or an order cannot be read in one way only, or is too large."""

    code = "FILTER_INVALID"


class RecordsOutsideQueryError(GatewayError):
    """Records were asked for below a mutation; they are read by queries of their own."""

    code = "RECORDS_OUTSIDE_QUERY"

    def __init__(self) -> None:
        super().__init__("records cannot be read in the answer of a mutation", hint="send a query of its own")


class InternalError(GatewayError):
    """Something failed that is not the caller's doing; the log has the rest under the incident's id."""

    code = "INTERNAL"
    http_status = 500

    def __init__(self, incident: str) -> None:
        super().__init__(f"internal error, incident `{incident}`", hint="report the incident's id to the operator")
        self.incident = incident
