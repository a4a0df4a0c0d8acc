"""``/.well-known/muniment-journal``: the name and the public key of the journal, for whoever verifies what it signs.

To be fetched once and kept: a key that comes with the proof it verifies shows only that both came from one hand.
"""

from collections.abc import Mapping
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graph.signing import thumbprint, verifier_key

JOURNAL_PATH: Final = "/.well-known/muniment-journal"


def journal_route(origin: str, public_jwk: Mapping[str, str]) -> Route:
    """The route; it needs no token.

    Args:
        origin: name of the journal in its checkpoints.
        public_jwk: the key that verifies checkpoints and receipts.
    """
    body = orjson.dumps(
        {
            "origin": origin,
            "key": dict(public_jwk),
            "kid": thumbprint(public_jwk),
            "verifierKey": verifier_key(origin, public_jwk),
        }
    )

    async def journal(_request: Request) -> Response:
        return Response(body, media_type="application/json", headers={"cache-control": "max-age=3600"})

    return Route(JOURNAL_PATH, journal, methods=["GET"])
