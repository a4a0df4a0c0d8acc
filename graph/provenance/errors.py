"""Errors of the stores of the provenance graph. The journal never waits for a store: the graph can be made again."""

from graph.errors import RecordError


class GraphError(RecordError):
    """The provenance graph cannot answer or cannot go on."""


class GraphUrlInvalidError(GraphError):
    """The setting that says where the graph is kept cannot be understood."""

    code = "GRAPH_URL_INVALID"

    def __init__(self, problem: str) -> None:
        # INVARIANT: the address itself is never repeated: it may hold a password.
        super().__init__(
            f"the address of the graph is not usable: {problem}",
            hint="give `sqlite:///folder/graph.db` or `bolt://user:password@host:7687`",
        )
        self.problem = problem


class GraphUnavailableError(GraphError):
    """The store cannot be reached now; trying again may help."""

    code = "GRAPH_UNAVAILABLE"

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"the provenance graph cannot be reached: {problem}",
            hint="nothing is lost: the graph catches up from the journal when its store is back",
        )
        self.problem = problem


class GraphCredentialsRefusedError(GraphUnavailableError):
    """The store answered, and does not accept the user or the password."""

    code = "GRAPH_CREDENTIALS_REFUSED"

    def __init__(self) -> None:
        super().__init__("the user or the password was refused")


class GraphGapError(GraphError):
    """A batch begins beyond the next event: applying it would leave out what lies between."""

    code = "GRAPH_GAP"

    def __init__(self, watermark: int, from_seq: int) -> None:
        super().__init__(f"the graph has got to `{watermark}`, the batch begins at `{from_seq}`")
        self.watermark = watermark
        self.from_seq = from_seq


class GraphForeignError(GraphError):
    """The graph was not made from this journal."""

    code = "GRAPH_OF_ANOTHER_JOURNAL"

    def __init__(self, watermark: int) -> None:
        super().__init__(
            f"the graph has got to `{watermark}`, and that is not the event which this journal has there",
            hint="use another store, or rebuild the graph from this journal",
        )
        self.watermark = watermark


class GraphTenantError(GraphError):
    """A batch belongs to another tenant than the store was opened for."""

    code = "GRAPH_TENANT_MISMATCH"

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"the store holds the graph of tenant `{expected}`, the batch is of `{actual}`")
        self.expected = expected
        self.actual = actual


class GraphDanglingError(GraphError):
    """Facts name a node that is neither among them nor in the graph."""

    code = "GRAPH_FACTS_DANGLING"

    def __init__(self, node: str) -> None:
        super().__init__(f"facts name the node `{node}`, which nothing introduces")
        self.node = node


class GraphAlteredError(GraphError):
    """The store holds something that no projection writes."""

    code = "GRAPH_ALTERED"

    def __init__(self, node: str) -> None:
        super().__init__(f"what the graph holds at `{node}` was not projected", hint="rebuild it from the journal")
        self.node = node


class CursorInvalidError(GraphError):
    """A position in a listing was not made by this listing."""

    code = "GRAPH_CURSOR_INVALID"

    def __init__(self) -> None:
        super().__init__("the cursor does not belong to this listing", hint="begin again without `after`")
