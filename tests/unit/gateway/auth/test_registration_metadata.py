"""What a client sends to be registered: one public Ed25519 key that can prove something, and nothing else of weight."""

import base64
import json

import pytest

from gateway.auth.errors import ClientMetadataInvalidError, InvitationInvalidError
from gateway.auth.invitations import invitation_digest, new_invitation
from gateway.auth.server.public_key import registered_key
from gateway.auth.server.registration import applicant_of, invitation_of
from graph.signing import SigningKey
from tests.testkit.tokens import a_signing_key

# WHY: fixed, since the names of the cases below contain it, and every worker must collect the same names.
KEY = SigningKey.from_jwk(
    {
        "kty": "OKP",
        "crv": "Ed25519",
        "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }
)


def body(**members: object) -> bytes:
    return json.dumps(members).encode()


@pytest.mark.parametrize(
    "members",
    [
        {"jwk": KEY.public_jwk},
        {"jwks": {"keys": [KEY.public_jwk]}},
        {"jwk": {**KEY.public_jwk, "use": "sig", "alg": "EdDSA", "kid": KEY.thumbprint}},
        {
            "jwk": KEY.public_jwk,
            "client_name": "",
            "token_endpoint_auth_method": "private_key_jwt",
            "grant_types": ["client_credentials"],
        },
    ],
    ids=["jwk", "jwks", "stated", "rfc 7591"],
)
def test_a_public_key_is_accepted_in_either_form(members: dict[str, object]) -> None:
    applicant = applicant_of(body(**members))

    assert applicant.public_jwk == KEY.public_jwk
    assert applicant.key == KEY.thumbprint
    assert applicant.name == ""


def test_the_name_is_kept_for_people() -> None:
    assert applicant_of(body(jwk=KEY.public_jwk, client_name="trainer 1")).name == "trainer 1"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "strict JSON"),
        (b'{"jwk": {}, "jwk": {}}', "strict JSON"),
        (b"[]", "JSON object"),
        (body(), "exactly one key"),
        (body(jwk=KEY.public_jwk, jwks={"keys": [KEY.public_jwk]}), "exactly one key"),
        (body(jwks={"keys": []}), "exactly one key"),
        (body(jwks={"keys": [KEY.public_jwk, KEY.public_jwk]}), "exactly one key"),
        (body(jwks={"keys": [KEY.public_jwk], "more": 1}), "exactly one key"),
        (body(jwks=[KEY.public_jwk]), "exactly one key"),
        (body(jwk=KEY.public_jwk, jwks_uri="https://evil.example"), "unknown member `jwks_uri`"),
        (body(jwk=KEY.public_jwk, scope="platform:operate"), "unknown member `scope`"),
        (body(jwk=KEY.public_jwk, client_name=7), "`client_name`"),
        (body(jwk=KEY.public_jwk, client_name="x" * 201), "`client_name`"),
        (body(jwk=KEY.public_jwk, token_endpoint_auth_method="none"), "`token_endpoint_auth_method`"),
        (body(jwk=KEY.public_jwk, grant_types=["authorization_code"]), "`grant_types`"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_other_metadata_is_refused(content: bytes, problem: str) -> None:
    with pytest.raises(ClientMetadataInvalidError) as refused:
        applicant_of(content)

    assert problem in refused.value.message


@pytest.mark.parametrize(
    ("jwk", "problem"),
    [
        ("a text", "JSON object"),
        (KEY.private_jwk(), "private member"),
        ({"kty": "oct", "k": "c2VjcmV0"}, "private member"),
        ({**KEY.public_jwk, "x5u": "https://evil.example"}, "unknown member `x5u`"),
        ({**KEY.public_jwk, "use": "enc"}, "`use`"),
        ({**KEY.public_jwk, "alg": "RS256"}, "`alg`"),
        ({**KEY.public_jwk, "use": {}}, "`use`"),
        ({**KEY.public_jwk, "alg": ["EdDSA"]}, "`alg`"),
        ({**KEY.public_jwk, "kid": "mine"}, "`kid`"),
        ({"kty": "RSA"}, "not a public Ed25519 key"),
        ({"kty": "OKP", "crv": "Ed25519"}, "not a public Ed25519 key"),
        ({"kty": "OKP", "crv": "X25519", "x": KEY.public_jwk["x"]}, "not a public Ed25519 key"),
        ({"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}, "not a public Ed25519 key"),
        ({"kty": "OKP", "crv": "Ed25519", "x": 7}, "not a public Ed25519 key"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_key_that_is_not_exactly_a_public_ed25519_key_is_refused(jwk: object, problem: str) -> None:
    with pytest.raises(ClientMetadataInvalidError) as refused:
        registered_key(jwk)

    assert problem in refused.value.message
    assert KEY.private_jwk()["d"] not in f"{refused.value} {refused.value.hint}"


def test_a_key_of_another_curve_is_refused() -> None:
    members = {
        name: value for name, value in a_signing_key().as_dict(private=False).items() if name in {"kty", "crv", "x"}
    }

    with pytest.raises(ClientMetadataInvalidError):
        registered_key(members)


@pytest.mark.parametrize("sign_bit", [0, 0x80])
@pytest.mark.parametrize(
    "point",
    [
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
    ],
)
def test_a_key_under_which_anybody_can_sign_is_refused(point: str, sign_bit: int) -> None:
    raw = bytearray.fromhex(point)
    raw[-1] |= sign_bit
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(raw).rstrip(b"=").decode()}

    with pytest.raises(ClientMetadataInvalidError, match="small order"):
        registered_key(jwk)


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic abc", "abc"])
def test_without_an_invitation_nobody_is_registered(authorization: str | None) -> None:
    with pytest.raises(InvitationInvalidError):
        invitation_of(authorization)


def test_the_invitation_is_stored_as_a_digest_only() -> None:
    assert invitation_of("bearer abc") == "abc"
    assert "abc" not in invitation_digest("abc")
    assert len(invitation_digest("abc")) == 64


def test_no_two_invitations_are_alike() -> None:
    assert len({new_invitation() for _ in range(100)}) == 100
