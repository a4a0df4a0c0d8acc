"""Sign the agreement: the provider first, then the developer; the second signature puts it in force."""

from gateway.auth.principal import Principal
from gateway.auth.scopes import Scope
from gateway.exchange.agreement import Agreed, valid_until, version_of
from gateway.exchange.appending import Draft, recorded_once
from gateway.exchange.commands import SignAgreement
from gateway.exchange.errors import SignatureRefusedError, VersionConflictError
from gateway.exchange.facts import present_columns
from gateway.exchange.lookup import own_licence
from gateway.exchange.negotiating import SIGNABLE, Turn, negotiation_result, own_turn, require_ethics_closed
from gateway.exchange.platform_terms import require_uses
from gateway.exchange.ports import Ports
from gateway.exchange.presented_licences import agreed_of
from gateway.exchange.reading import Reading
from gateway.exchange.registered_keys import registered_key
from gateway.exchange.views import NegotiationView
from graph.errors import SignatureInvalidError
from graph.journal.events import AgreementSigned, LicenceFinalised, LicenceRenewed
from graph.journal.guards import ExpectedVersion
from graph.signing import AGREEMENT_TYP, thumbprint, verify
from policies.validate import validate


async def sign_agreement(ports: Ports, principal: Principal, command: SignAgreement) -> NegotiationView:
    """Take a side's signature over the agreement's IRI and hash. The second one finalises in the same entry.

    Raises:
        ScopeMissingError: Without ``licence:negotiate``.
        NotFoundError: No licence request of the caller's has this IRI.
        NotYourTurnError: It does not wait for the caller's signature.
        EthicsDecisionOpenError: The ethics board has not decided yet.
        SignatureRefusedError: It does not verify with the caller's registered key, or covers something else.
        PolicyError: The terms have run out meanwhile.
        PlatformTermsUndecidedError: The platform's own terms leave the use open.
        PlatformTermsForbidError: The platform's own terms forbid the use.
        LicenceStateError: The licence that it renews was ended, or is paused.
        VersionConflictError: Somebody acted on the request, on the dataset's terms, or renewed the licence, meanwhile.
    """
    principal.require(Scope.LICENCE_NEGOTIATE)
    recorded = await recorded_once(ports, principal, command, lambda reading: _signed(ports, reading, command))
    return await negotiation_result(ports, principal, command, recorded, (command.negotiation, AgreementSigned))


def _signed(ports: Ports, reading: Reading, command: SignAgreement) -> Draft:
    turn = own_turn(reading, command.negotiation, SIGNABLE)
    require_ethics_closed(turn)
    drawn = agreed_of(reading, turn.row)
    validate(drawn.policy, now=reading.now, columns=present_columns(turn.dataset, reading.view))
    require_uses(reading, turn.dataset, drawn.policy)
    signed = AgreementSigned(
        negotiation=turn.row.negotiation,
        agreement=drawn.agreement,
        policy=drawn.hash,
        by=reading.reader.party,
        key=_verified(ports, reading.reader, drawn, command.signature),
        signature=command.signature,
    )
    if turn.owner:
        return Draft(events=(signed,), expected=turn.expected, documents=(drawn.document(),))
    in_force, expected = _in_force(ports, reading, turn, drawn)
    return Draft(events=(signed, in_force), expected=(*turn.expected, *expected), documents=(drawn.document(),))


def _verified(ports: Ports, signer: Principal, drawn: Agreed, signature: str) -> str:
    """The thumbprint of the signer's registered key, when it made this signature over this agreement."""
    jwk = registered_key(ports, signer)
    try:
        payload = verify(signature, jwk, typ=AGREEMENT_TYP)
    except SignatureInvalidError as error:
        raise SignatureRefusedError(drawn.agreement, error.message) from error
    if payload != drawn.payload:
        raise SignatureRefusedError(drawn.agreement, "it covers another agreement or another policy")
    return thumbprint(jwk)


def _in_force(
    ports: Ports, reading: Reading, turn: Turn, drawn: Agreed
) -> tuple[LicenceFinalised | LicenceRenewed, tuple[ExpectedVersion, ...]]:
    """The new licence, or the newer agreement of one, and which state of the licence that rests on."""
    row = turn.row
    if not row.renews:
        finalised = LicenceFinalised(
            negotiation=row.negotiation,
            licence=ports.ids.new("licence"),
            agreement=drawn.agreement,
            version=version_of(row),
            policy=drawn.hash,
            dataset=row.dataset,
            assigner=row.assigner,
            assignee=row.assignee,
            valid_until=valid_until(drawn.policy),
        )
        return finalised, ()
    licence = own_licence(reading, row.renews)
    if licence.version != row.renews_version:
        raise VersionConflictError(licence.licence)
    renewed = LicenceRenewed(
        negotiation=row.negotiation,
        licence=licence.licence,
        agreement=drawn.agreement,
        version=version_of(row),
        previous=licence.agreement,
        policy=drawn.hash,
        dataset=row.dataset,
        assigner=row.assigner,
        assignee=row.assignee,
        valid_until=valid_until(drawn.policy),
    )
    return renewed, (ExpectedVersion(stream=licence.licence, version=licence.stream_version),)
