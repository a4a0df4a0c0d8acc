"""The peer: the same ratings as Strawberry serves them out of the box, from memory, to anybody; run by ``lists.py``.

The same ten fields of the same rows, completed by the same executor; no token, licence, policy, consent, journal or
source.
"""

import sys
from decimal import Decimal

import polars as pl
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL

ROWS = 1000


@strawberry.type
class Rating:
    """A rating, as the gateway gives it."""

    id: str
    platform: str
    observed_at: str
    rater: str
    rated: str
    value: Decimal
    scale_min: Decimal
    scale_max: Decimal
    metric: str
    derived: bool


@strawberry.type
class Ratings:
    """A page."""

    nodes: list[Rating]


def application(file: str) -> Starlette:
    """The peer over the first rows of the ledger."""
    frame = pl.read_csv(file, has_header=False, new_columns=["rater", "rated", "value", "time"], n_rows=ROWS)
    rows = [
        Rating(
            id=f"{rater}-{rated}",
            platform="bazaar",
            observed_at=str(time),
            rater=str(rater),
            rated=str(rated),
            value=Decimal(value),
            scale_min=Decimal(-10),
            scale_max=Decimal(10),
            metric="trust",
            derived=False,
        )
        for rater, rated, value, time in frame.iter_rows()
    ]

    @strawberry.type
    class Query:
        """The one list."""

        @strawberry.field
        def ratings(self, first: int) -> Ratings:
            return Ratings(nodes=rows[:first])

    return Starlette(routes=[Route("/graphql", GraphQL(strawberry.Schema(Query)))])


if __name__ == "__main__":
    uvicorn.run(application(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
