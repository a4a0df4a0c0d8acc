"""What can go wrong between a client and its gateway; each with a code, a message for people, and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from policies.errors import CodedError

_TOLD: Final = 10
"""Findings that a message tells."""


class ClientError(CodedError):
    """The client could not do what it was asked."""


class AddressInvalidError(ClientError):
    """The address is none to which tokens may be sent."""

    code = "GATEWAY_ADDRESS_INVALID"

    def __init__(self, address: str) -> None:
        super().__init__(
            f"`{address}` is not the address of a gateway",
            hint="an https address, or http on this machine, without query and fragment",
        )
        self.address = address


class GatewayUnreachableError(ClientError):
    """No connection to the gateway."""

    code = "GATEWAY_UNREACHABLE"

    def __init__(self, address: str, problem: str, *, lost: bool = False) -> None:
        super().__init__(f"no gateway answers at `{address}`: {problem}", hint="is it running? is the address right?")
        self.address = address
        self.lost = lost
        """True when there was a connection: what was asked may have been done."""


class GatewayTimeoutError(ClientError):
    """The gateway did not answer in time; whether it did what was asked is not known."""

    code = "GATEWAY_TIMEOUT"

    def __init__(self, address: str, timeout_s: float) -> None:
        super().__init__(
            f"`{address}` did not answer within {timeout_s:g} s",
            hint="ask again; mutations with the same `idempotencyKey` happen once",
        )
        self.address = address
        self.timeout_s = timeout_s


class GatewayAnswerError(ClientError):
    """Something answered, but not as a gateway does."""

    code = "GATEWAY_ANSWER_INVALID"

    def __init__(self, address: str, status: int, problem: str) -> None:
        super().__init__(
            f"`{address}` answered with status {status}: {problem}",
            hint="is this the address of the gateway itself, or of something in between?",
        )
        self.address = address
        self.status = status


class IssuerMismatchError(ClientError):
    """The gateway calls itself by another address than the one used here; its tokens would not fit."""

    code = "ISSUER_MISMATCH"

    def __init__(self, address: str, issuer: str) -> None:
        super().__init__(
            f"the gateway at `{address}` issues tokens as `{issuer}`", hint="connect to the address it calls itself by"
        )
        self.address = address
        self.issuer = issuer


class ProtocolRefusedError(ClientError):
    """The authorization server refused."""

    def __init__(self, what: str, status: int, answer: Mapping[str, Any]) -> None:
        self.status = status
        self.error = str(answer.get("error", ""))
        """The protocol's word, as ``invalid_client``."""
        self.reason = str(answer.get("code", ""))
        """The gateway's own code, as ``ASSERTION_REPLAYED``; it has a page in ``docs/errors``."""
        description = str(answer.get("error_description", "no reason given"))
        super().__init__(f"{what}: {description} ({self.reason or self.error or status})")


class TokenRefusedError(ProtocolRefusedError):
    """No token was issued."""

    code = "TOKEN_REFUSED"

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        super().__init__("no token", status, answer)


class RegistrationRefusedError(ProtocolRefusedError):
    """The client was not registered; a refusal for its metadata leaves the invitation good."""

    code = "REGISTRATION_REFUSED"

    def __init__(self, status: int, answer: Mapping[str, Any]) -> None:
        super().__init__("not registered", status, answer)


class OperationFailedError(ClientError):
    """A GraphQL operation came back with errors where none were expected."""

    code = "OPERATION_FAILED"

    def __init__(self, errors: Sequence[Mapping[str, Any]], status: int) -> None:
        self.errors = tuple(errors)
        self.codes = tuple(str((error.get("extensions") or {}).get("code", "")) for error in errors)
        """One per error: its ``extensions.code``, or empty."""
        self.status = status
        first = str(errors[0].get("message", "")) if errors else "no data"
        super().__init__(f"the operation failed with status {status}: {first}")


class PagingStuckError(ClientError):
    """The gateway gave the same cursor twice, or promised a next page without a cursor."""

    code = "PAGING_STUCK"

    def __init__(self, field: str, cursor: object) -> None:
        super().__init__(f"the pages of `{field}` do not go on after cursor `{cursor}`")
        self.field = field
        self.cursor = cursor


class AgreementAlteredError(ClientError):
    """A policy is not the one its hash speaks of: it must be neither signed nor relied on."""

    code = "AGREEMENT_ALTERED"

    def __init__(self, stated: str, actual: str) -> None:
        super().__init__(
            f"the policy is stated as `{stated}`, but it is `{actual}`", hint="do not sign; compare with your own copy"
        )
        self.stated = stated
        self.actual = actual


class ProofInvalidError(ClientError):
    """A proof, a checkpoint or a receipt does not show what it should."""

    code = "PROOF_INVALID"

    def __init__(self, finding: str) -> None:
        super().__init__(f"nothing is proven: {finding}", hint="keep the proof: it is evidence against the log")
        self.finding = finding


class KeyOtherError(ClientError):
    """What is to be verified, or the gateway itself, names another key than the one that was learnt before."""

    code = "KEY_OTHER"

    def __init__(self, what: str, *, given: str, named: str) -> None:
        super().__init__(
            f"`{what}` names the key `{named}`, and you gave `{given}`: it is not of the gateway whose key you know",
            hint="make sure that the key file is the right one; if it is, whoever gave you this did not get it there",
        )
        self.what = what
        self.given = given
        self.named = named


class StatementOtherError(ClientError):
    """A statement is not of the duty that it should be of."""

    code = "STATEMENT_OTHER"

    def __init__(self, duty: str) -> None:
        super().__init__(
            f"this is not the statement of duty `{duty}`", hint="ask again for `duty(id:) { statement signature }`"
        )
        self.duty = duty


class AuditInvalidError(ClientError):
    """An audit bundle holds something that is not proven, or that was altered."""

    code = "AUDIT_INVALID"

    def __init__(self, finding: str) -> None:
        super().__init__(f"the bundle is not to be trusted: {finding}", hint="export it again, and keep this one")
        self.finding = finding


class ThingUnknownError(ClientError):
    """The graph has no such thing that the caller may see."""

    code = "THING_UNKNOWN"

    def __init__(self, iri: str) -> None:
        super().__init__(
            f"the graph has no `{iri}` that you may see",
            hint="check the IRI; when it is new, ask again in a moment: the graph follows the journal",
        )
        self.iri = iri


class PackageInvalidError(ClientError):
    """A package is not what was sealed."""

    code = "PACKAGE_INVALID"

    def __init__(self, findings: Sequence[str]) -> None:
        told, more = "; ".join(findings[:_TOLD]), len(findings) - _TOLD
        super().__init__(
            f"the package is not what was sealed: {told}{f'; and {more} more' if more > 0 else ''}",
            hint="fetch it again with `muniment pull`; if it stays so, tell the gateway's operator and an auditor",
        )
        self.findings = tuple(findings)
        """All of them."""


class DownloadRefusedError(ClientError):
    """The gateway does not let a file of the package out."""

    code = "DOWNLOAD_REFUSED"

    def __init__(self, path: str, code: str, problem: str) -> None:
        super().__init__(
            f"`{path}` was refused ({code}): {problem}", hint=f"see docs/errors/{code}.md; what is here stays here"
        )
        self.path = path
        self.reason = code


class DownloadInterruptedError(ClientError):
    """A file did not arrive whole, however often it was asked for."""

    code = "DOWNLOAD_INTERRUPTED"

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(
            f"`{path}` did not arrive whole: {problem}", hint="run the same command again: it goes on where it stopped"
        )
        self.path = path
