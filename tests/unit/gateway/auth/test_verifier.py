"""The verifier accepts what the authorization server issues, and nothing that differs from it in any piece."""

import json
import logging
import re

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from gateway.auth.bearer import REFUSED, Verifier
from gateway.auth.errors import TokenExpiredError, TokenFault, UnauthenticatedError
from gateway.auth.principal import Grant
from gateway.auth.profile import TOKEN_BYTES_MAX
from graph.journal.events import PartyKind
from tests.testkit.clock import FrozenClock
from tests.testkit.tokens import (
    AUDIENCE,
    CLIENT,
    DEVELOPER,
    ISSUER,
    LICENCE,
    POLICY,
    a_signing_key,
    a_token,
    b64,
    claims,
    detail,
    keys,
    signed_text,
)


@pytest.fixture(scope="module")
def key() -> ECKey:
    return a_signing_key()


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def verifier(key: ECKey, clock: FrozenClock) -> Verifier:
    return Verifier(issuer=ISSUER, audience=AUDIENCE, keys=keys(key), clock=clock)


async def refusal(verifier: Verifier, token: str) -> TokenFault:
    """Why the token is refused; the counter of that reason has moved by one."""
    with pytest.raises(UnauthenticatedError) as refused:
        await verifier.verify(f"Bearer {token}")
    return refused.value.reason


async def test_a_good_token_tells_who_calls_and_under_which_licences(verifier: Verifier, key: ECKey) -> None:
    narrowed = detail(actions=["https://muniment.example/ns#fineTune"], privileges=["https://muniment.example/ns#x"])

    principal = await verifier.verify("Bearer " + a_token(key, claims(authorization_details=[narrowed])))

    assert (principal.party, principal.client, principal.kind) == (DEVELOPER, CLIENT, PartyKind.LLM_DEVELOPER)
    assert principal.scopes == {"graph:query", "licence:request"}
    assert principal.grants == {
        LICENCE: Grant(
            licence=LICENCE,
            version=1,
            policy=POLICY,
            actions=frozenset({"https://muniment.example/ns#fineTune"}),
            privileges=frozenset({"https://muniment.example/ns#x"}),
        )
    }


async def test_a_licence_that_is_not_narrowed_has_no_limits_of_the_client(verifier: Verifier, key: ECKey) -> None:
    principal = await verifier.verify("bearer " + a_token(key, claims(authorization_details=[detail()])))

    grant = principal.grants[LICENCE]
    assert (grant.actions, grant.privileges) == (None, None)


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt"])
async def test_the_type_is_compared_without_regard_to_case(verifier: Verifier, key: ECKey, typ: str) -> None:
    assert (await verifier.verify("BEARER " + a_token(key, typ=typ))).party == DEVELOPER


@pytest.mark.parametrize("authorization", [None, []])
async def test_a_request_without_a_token_is_told_so(verifier: Verifier, authorization: list[str] | None) -> None:
    before = REFUSED.labels(reason="missing")._value.get()

    with pytest.raises(UnauthenticatedError) as refused:
        await verifier.verify(authorization)

    assert refused.value.reason is TokenFault.MISSING
    assert REFUSED.labels(reason="missing")._value.get() == before + 1


async def test_two_authorization_headers_are_refused(verifier: Verifier, key: ECKey) -> None:
    good = "Bearer " + a_token(key)

    with pytest.raises(UnauthenticatedError) as refused:
        await verifier.verify([good, good])

    assert refused.value.reason is TokenFault.MALFORMED


@pytest.mark.parametrize(
    "form", ["Basic {}", "DPoP {}", "{}", "Bearer  {}", "Bearer {}=", "Bearer {} ", "Bearer {}, x"]
)
async def test_anything_but_one_bearer_token_is_malformed(verifier: Verifier, key: ECKey, form: str) -> None:
    with pytest.raises(UnauthenticatedError) as refused:
        await verifier.verify(form.format(a_token(key)))

    assert refused.value.reason is TokenFault.MALFORMED


async def test_a_token_of_a_megabyte_is_refused_unread(verifier: Verifier) -> None:
    assert await refusal(verifier, "a" * TOKEN_BYTES_MAX + ".b.c") is TokenFault.TOO_LARGE


async def test_trap_a13_a_token_without_type_is_refused(verifier: Verifier, key: ECKey) -> None:
    assert await refusal(verifier, a_token(key, typ=None)) is TokenFault.TYPE


@pytest.mark.parametrize("typ", ["JWT", "dpop+jwt", "logout+jwt", "muniment-agreement+jws", 7])
async def test_trap_a13_a_token_of_another_type_is_refused(verifier: Verifier, key: ECKey, typ: object) -> None:
    assert await refusal(
        verifier, signed_text(key, json.dumps({"typ": typ, "alg": "ES256", "kid": key.kid}), b"{}")
    ) is (TokenFault.TYPE)


async def test_an_unsigned_token_is_refused(verifier: Verifier, key: ECKey) -> None:
    header = b64(json.dumps({"typ": "at+jwt", "alg": "none", "kid": key.kid}).encode())
    payload = b64(json.dumps(claims()).encode())

    assert await refusal(verifier, f"{header}.{payload}.AA") is TokenFault.ALGORITHM


async def test_trap_j1_a_token_signed_with_the_public_key_as_a_secret_is_refused(
    verifier: Verifier, key: ECKey
) -> None:
    secret = OctKey.import_key(key.as_pem(private=False).replace(b"-", b"="))

    assert await refusal(verifier, a_token(secret, alg="HS256", kid=key.kid)) is TokenFault.ALGORITHM


async def test_a_token_of_another_algorithm_is_refused(verifier: Verifier, key: ECKey) -> None:
    assert await refusal(verifier, a_token(RSAKey.generate_key(2048), alg="RS256", kid=key.kid)) is TokenFault.ALGORITHM


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c", "crit", "b64"])
async def test_a_header_member_that_is_not_ours_is_refused(verifier: Verifier, key: ECKey, member: str) -> None:
    header = json.dumps({"typ": "at+jwt", "alg": "ES256", "kid": key.kid, member: ["x"]})

    assert await refusal(verifier, signed_text(key, header, json.dumps(claims()).encode())) is TokenFault.HEADER


@pytest.mark.parametrize(
    "header", ["[]", "{", '{"typ":"at+jwt","alg":"none","alg":"ES256","kid":"a"}', "[" * 12_000, '{"kid":"\\ud800"}']
)
async def test_trap_j3_a_header_that_is_no_strict_object_is_refused(
    verifier: Verifier, key: ECKey, header: str
) -> None:
    assert await refusal(verifier, signed_text(key, header, b"{}")) in {TokenFault.HEADER, TokenFault.TOO_LARGE}


@pytest.mark.parametrize("kid", [None, "", "unknown", "../../etc/passwd", "' or 1=1 --", 1])
async def test_trap_j4_a_token_must_name_a_known_key(verifier: Verifier, key: ECKey, kid: object) -> None:
    members = {"typ": "at+jwt", "alg": "ES256"} | ({} if kid is None else {"kid": kid})

    assert (
        await refusal(verifier, signed_text(key, json.dumps(members), json.dumps(claims()).encode())) is TokenFault.KEY
    )


@pytest.mark.requirement("R72")
async def test_a_token_of_another_server_with_our_key_id_is_refused(verifier: Verifier, key: ECKey) -> None:
    assert await refusal(verifier, a_token(a_signing_key(), kid=key.kid)) is TokenFault.SIGNATURE


@pytest.mark.requirement("R72")
async def test_an_altered_token_is_refused(verifier: Verifier, key: ECKey) -> None:
    header, _, signature = a_token(key).split(".")

    forged = b64(json.dumps(claims(sub="urn:muniment:party:other")).encode())

    assert await refusal(verifier, f"{header}.{forged}.{signature}") is TokenFault.SIGNATURE


@pytest.mark.parametrize("payload", [b"[]", b"not json", b'{"iss": NaN}', b"\xff"])
async def test_claims_that_are_no_strict_object_are_refused(verifier: Verifier, key: ECKey, payload: bytes) -> None:
    assert await refusal(verifier, a_token(key, payload)) is TokenFault.CLAIMS


async def test_trap_j3_repeated_claims_are_refused(verifier: Verifier, key: ECKey) -> None:
    twice = json.dumps(claims())[:-1] + ', "sub": "urn:muniment:party:other"}'

    assert await refusal(verifier, a_token(key, twice.encode())) is TokenFault.CLAIMS


@pytest.mark.parametrize(
    "issuer", [None, "https://gw.example/as/", "https://GW.example/as", "https://gw.example@evil/as", [ISSUER]]
)
async def test_the_issuer_is_compared_exactly(verifier: Verifier, key: ECKey, issuer: object) -> None:
    assert await refusal(verifier, a_token(key, claims(iss=issuer))) is TokenFault.ISSUER


@pytest.mark.parametrize("audience", [None, ISSUER, CLIENT, [AUDIENCE], [AUDIENCE, "https://other.example"], []])
async def test_trap_a5_the_audience_is_this_gateway_alone(verifier: Verifier, key: ECKey, audience: object) -> None:
    assert await refusal(verifier, a_token(key, claims(aud=audience))) is TokenFault.AUDIENCE


@pytest.mark.parametrize(
    "changed",
    [
        {"sub": None},
        {"sub": [DEVELOPER]},
        {"sub": ""},
        {"client_id": None},
        {"jti": None},
        {"jti": 7},
        {"scope": None},
        {"scope": ["graph:query"]},
        {"iat": None},
        {"iat": "0"},
        {"iat": True},
        {"exp": None},
        {"exp": 1e300},
        {"exp": 1 << 62},
        {"exp": -1},
        {"roles": None},
        {"roles": []},
        {"roles": "OPERATOR"},
        {"roles": ["OPERATOR", "AUDITOR"]},
        {"roles": ["KING"]},
        {"roles": [["OPERATOR"]]},
        {"cnf": {"jkt": "bound to a key"}},
        {"authorization_details": {}},
        {"authorization_details": ["x"]},
        {"authorization_details": [detail(type="payment")]},
        {"authorization_details": [detail(type=None)]},
        {"authorization_details": [detail(datatypes=["x"])]},
        {"authorization_details": [detail(identifier=None)]},
        {"authorization_details": [detail(locations=["https://other.example"])]},
        {"authorization_details": [detail(locations=None)]},
        {"authorization_details": [detail(licence_version="1")]},
        {"authorization_details": [detail(terms_digest=None)]},
        {"authorization_details": [detail(actions=[])]},
        {"authorization_details": [detail(actions=[1])]},
        {"authorization_details": [detail(privileges="x")]},
        {"authorization_details": [detail(), detail()]},
        {"authorization_details": [detail(identifier=f"urn:muniment:licence:{n}") for n in range(33)]},
    ],
    ids=lambda changed: json.dumps(changed)[:60],
)
async def test_a_claim_that_is_missing_or_of_a_wrong_type_is_refused(
    verifier: Verifier, key: ECKey, changed: dict[str, object]
) -> None:
    assert await refusal(verifier, a_token(key, claims(**changed))) is TokenFault.CLAIMS


@pytest.mark.parametrize("lifetime_s", [0, -1, 601, 864_000])
async def test_trap_a3_no_token_lives_longer_than_ten_minutes(
    verifier: Verifier, key: ECKey, clock: FrozenClock, lifetime_s: int
) -> None:
    now = int(clock().timestamp())

    assert await refusal(verifier, a_token(key, claims(iat=now, exp=now + lifetime_s))) is TokenFault.CLAIMS


async def test_a_token_from_the_future_is_refused_beyond_ten_seconds(
    verifier: Verifier, key: ECKey, clock: FrozenClock
) -> None:
    token = a_token(key)
    clock.advance(-11)
    assert await refusal(verifier, token) is TokenFault.NOT_YET

    clock.advance(1)
    assert (await verifier.verify("Bearer " + token)).party == DEVELOPER


async def test_a_token_ends_at_its_end_without_leeway_and_names_whom_it_was_for(
    verifier: Verifier, key: ECKey, clock: FrozenClock
) -> None:
    now = int(clock().timestamp())
    token = "Bearer " + a_token(key, claims(exp=now + 1))
    clock.advance(0.999)
    assert (await verifier.verify(token)).party == DEVELOPER

    clock.advance(0.001)

    for _ in range(2):
        with pytest.raises(TokenExpiredError) as refused:
            await verifier.verify(token)
        assert refused.value.principal.party == DEVELOPER
        assert refused.value.reason is TokenFault.EXPIRED


async def test_a_forged_token_that_is_over_names_nobody(verifier: Verifier, key: ECKey, clock: FrozenClock) -> None:
    token = a_token(a_signing_key(), kid=key.kid)
    clock.advance(3600)

    assert await refusal(verifier, token) is TokenFault.SIGNATURE


async def test_a_remembered_token_is_judged_anew_after_a_minute(
    verifier: Verifier, key: ECKey, clock: FrozenClock
) -> None:
    token = "Bearer " + a_token(key)
    first = await verifier.verify(token)
    assert await verifier.verify(token) is first

    clock.advance(60)

    again = await verifier.verify(token)
    assert again == first
    assert again is not first


async def test_the_memory_for_tokens_is_bounded_and_drops_the_least_recently_used(
    key: ECKey, clock: FrozenClock
) -> None:
    verifier = Verifier(issuer=ISSUER, audience=AUDIENCE, keys=keys(key), clock=clock, cached=2)
    one, two, three = ("Bearer " + a_token(key, claims(jti=name)) for name in ("1", "2", "3"))
    first, second = await verifier.verify(one), await verifier.verify(two)
    await verifier.verify(one)

    await verifier.verify(three)

    assert len(verifier._cache) == 2
    assert await verifier.verify(one) is first
    assert await verifier.verify(two) is not second


async def test_trap_a8_no_text_of_a_token_stands_in_errors_or_logs(
    verifier: Verifier, key: ECKey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    good = a_token(key)
    await verifier.verify("Bearer " + good)
    for bad in (good + "x", a_token(key, typ="JWT"), a_token(a_signing_key()), a_token(key, b"x"), "Basic " + good):
        with pytest.raises(UnauthenticatedError) as refused:
            await verifier.verify("Bearer " + bad)
        assert not re.search("eyJ", f"{refused.value} {refused.value.hint} {refused.value!r} {refused.value.__cause__}")

    assert "eyJ" not in caplog.text
