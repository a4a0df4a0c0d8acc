"""What a client finds without a token: metadata and keys, all under the configured address."""

import json

from joserfc import jwt
from joserfc.jwk import KeySet

from gateway.auth.scopes import ALL_SCOPES
from tests.integration.auth.world import World
from tests.testkit.tokens import AUDIENCE, ISSUER


async def test_the_authorization_server_describes_itself(world: World) -> None:
    response = await world.http.get("/.well-known/oauth-authorization-server/as", headers={"Host": "evil.example"})

    assert response.status_code == 200
    assert response.json() == {
        "issuer": ISSUER,
        "token_endpoint": "https://gw.example/as/token",
        "registration_endpoint": "https://gw.example/as/register",
        "jwks_uri": "https://gw.example/as/jwks",
        "scopes_supported": sorted(ALL_SCOPES),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["Ed25519", "ES256"],
        "authorization_details_types_supported": ["data_licence"],
    }


async def test_the_protected_endpoint_names_its_authorization_server(world: World) -> None:
    by_path = await world.http.get("/.well-known/oauth-protected-resource/graphql")
    bare = await world.http.get("/.well-known/oauth-protected-resource")

    assert by_path.json() == bare.json()
    assert by_path.json()["resource"] == AUDIENCE
    assert by_path.json()["authorization_servers"] == [ISSUER]
    assert by_path.json()["bearer_methods_supported"] == ["header"]


async def test_the_published_keys_are_public_and_verify_the_tokens(world: World) -> None:
    response = await world.http.get("/as/jwks")

    (key,) = response.json()["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    token = await world.token(await world.actor())
    decoded = jwt.decode(token, KeySet.import_key_set(response.json()), algorithms=["ES256"])
    assert decoded.claims["iss"] == ISSUER
    assert json.dumps(world.keys.keys[0].as_dict(private=True)["d"]) not in response.text
