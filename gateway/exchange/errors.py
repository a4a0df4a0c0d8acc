"""Why a licensing use case refused: every refusal has a code, and facts as attributes.

A ``policies.errors.PolicyError`` passes through the use cases as it is: it is coded as well, and says where in the
policy the fault stands. Missing scopes are ``gateway.auth.errors.ScopeMissingError``.
"""

from gateway.errors import GatewayError, shortened
from graph.journal.events import PartyKind


class ExchangeError(GatewayError):
    """A use case refused; nothing was changed."""


class RoleNotAllowedError(ExchangeError):
    """A party of this kind may not do this."""

    code = "ROLE_NOT_ALLOWED"
    http_status = 403

    def __init__(self, kind: PartyKind, act: str) -> None:
        super().__init__(f"a party of kind `{kind}` may not {act}")
        self.kind = kind
        self.act = act


class NotFoundError(ExchangeError):
    """There is no such thing, or it is not the caller's to see: the two look alike."""

    code = "NOT_FOUND"
    http_status = 404

    def __init__(self, noun: str, iri: str) -> None:
        super().__init__(f"no {noun} `{shortened(iri)}`")
        self.noun = noun
        """dataset, offer, licence request, licence, ethics case, party, notice, access, source, collection."""
        self.iri = iri


class VersionConflictError(ExchangeError):
    """Somebody else acted on the same thing in between: of two writers one wins."""

    code = "VERSION_CONFLICT"
    http_status = 409

    def __init__(self, stream: str) -> None:
        super().__init__(f"`{stream}` has changed meanwhile", hint="read it again, then decide again")
        self.stream = stream


class NotYourTurnError(ExchangeError):
    """The other side must answer first, or the negotiation is over."""

    code = "NOT_YOUR_TURN"
    http_status = 409

    def __init__(self, negotiation: str, state: str) -> None:
        super().__init__(f"licence request `{negotiation}` in state {state} does not wait for your answer")
        self.negotiation = negotiation
        self.state = state


class EthicsDecisionOpenError(ExchangeError):
    """The ethics board has to decide before anybody may agree."""

    code = "ETHICS_DECISION_OPEN"
    http_status = 409

    def __init__(self, negotiation: str, case: str) -> None:
        super().__init__(f"licence request `{negotiation}` waits for the ethics board, case `{case}`")
        self.negotiation = negotiation
        self.case = case


class EthicsCaseClosedError(ExchangeError):
    """The board has decided this case, or its negotiation ended."""

    code = "ETHICS_CASE_CLOSED"
    http_status = 409

    def __init__(self, case: str) -> None:
        super().__init__(f"ethics case `{case}` is closed")
        self.case = case


class DatasetExistsError(ExchangeError):
    """Another licensor has published these rows: every asset has one accountable owner."""

    code = "DATASET_EXISTS"
    http_status = 409

    def __init__(self, dataset: str) -> None:
        super().__init__(f"another licensor has published the collection, as `{dataset}`")
        self.dataset = dataset


class OfferMissingError(ExchangeError):
    """The owner offers the dataset for no such use, so there is nothing to ask for."""

    code = "OFFER_MISSING"

    def __init__(self, dataset: str, action: str) -> None:
        super().__init__(f"dataset `{dataset}` has no offer for `{action}`", hint="see the offers in the catalogue")
        self.dataset = dataset
        self.action = action


class PlatformTermsUndecidedError(ExchangeError):
    """The platform's own terms leave open whether this use is allowed, and nobody has decided with a reason."""

    code = "PLATFORM_TERMS_UNDECIDED"
    http_status = 403

    def __init__(self, dataset: str, action: str) -> None:
        super().__init__(
            f"the platform's terms do not settle `{action}` of dataset `{dataset}`",
            hint="its licensor records a reasoned decision with `decidePlatformTerms`",
        )
        self.dataset = dataset
        self.action = action


class PlatformTermsForbidError(ExchangeError):
    """The platform's own terms, or the recorded decision about them, forbid this use."""

    code = "PLATFORM_TERMS_FORBID"
    http_status = 403

    def __init__(self, dataset: str, action: str) -> None:
        super().__init__(f"the platform's terms forbid `{action}` of dataset `{dataset}`")
        self.dataset = dataset
        self.action = action


class PlatformNotYoursError(ExchangeError):
    """The caller was not invited as the one who speaks for this platform, or for this account on it."""

    code = "PLATFORM_NOT_YOURS"
    http_status = 403

    def __init__(self, platform: str) -> None:
        super().__init__(
            f"you do not act for platform `{platform}`, or not for this account on it",
            hint="the operator's invitation binds a party to a platform or to an account",
        )
        self.platform = platform


class PolicyMisplacedError(ExchangeError):
    """A policy names another dataset, another party or another class than the place it was handed in for."""

    code = "POLICY_MISPLACED"

    def __init__(self, part: str, expected: str, found: str) -> None:
        super().__init__(f"the policy's {part} is `{found}`, expected `{expected}`")
        self.part = part
        """target, assigner, assignee or class."""
        self.expected = expected
        self.found = found


class TermsUnchangedError(ExchangeError):
    """A counter-offer that changes nothing."""

    code = "TERMS_UNCHANGED"

    def __init__(self, negotiation: str) -> None:
        super().__init__(
            f"the terms equal the last ones of licence request `{negotiation}`", hint="accept them, or change a term"
        )
        self.negotiation = negotiation


class AdjustsMismatchError(ExchangeError):
    """The request that is to be adjusted was not rejected, or is about none of the datasets asked for."""

    code = "ADJUSTS_MISMATCH"

    def __init__(self, adjusts: str) -> None:
        super().__init__(
            f"licence request `{adjusts}` cannot be adjusted by this one", hint="adjust a rejected request"
        )
        self.adjusts = adjusts


class InputInvalidError(ExchangeError):
    """A field of a command has a value that cannot be taken."""

    code = "INPUT_INVALID"

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"`{field}`: {problem}")
        self.field = field
        """In the GraphQL spelling, with a path when nested."""
        self.problem = problem


class SignatureRefusedError(ExchangeError):
    """A signature does not verify, was made by another key, or covers something else."""

    code = "SIGNATURE_REFUSED"

    def __init__(self, about: str, problem: str) -> None:
        super().__init__(f"the signature over `{about}` is refused: {problem}")
        self.about = about
        self.problem = problem


class SigningKeyUnknownError(ExchangeError):
    """No key was prepared for this owner and dataset, or it is another one."""

    code = "SIGNING_KEY_UNKNOWN"

    def __init__(self, dataset: str, key_id: str) -> None:
        super().__init__(
            f"no prepared key `{key_id}` for dataset `{dataset}`", hint="prepare it with `prepareSigningKey`"
        )
        self.dataset = dataset
        self.key_id = key_id


class LicenceStateError(ExchangeError):
    """The licence's state does not allow this move."""

    code = "LICENCE_STATE"
    http_status = 409

    def __init__(self, licence: str, state: str, act: str) -> None:
        super().__init__(f"licence `{licence}` is {state} and cannot be {act}")
        self.licence = licence
        self.state = state
        self.act = act


class DutyClosedError(ExchangeError):
    """The duty has come further than this move."""

    code = "DUTY_CLOSED"
    http_status = 409

    def __init__(self, duty: str, state: str) -> None:
        super().__init__(f"duty `{duty}` is {state} already")
        self.duty = duty
        self.state = state


class DutyWaitsError(ExchangeError):
    """Another duty of the licence has to be fulfilled first."""

    code = "DUTY_WAITS"
    http_status = 409

    def __init__(self, duty: str, before: str) -> None:
        super().__init__(f"duty `{duty}` waits for `{before}`", hint="fulfil that one first")
        self.duty = duty
        self.before = before


class IdempotencyKeyReusedError(ExchangeError):
    """The key was used before, for something else."""

    code = "IDEMPOTENCY_KEY_REUSED"
    http_status = 409

    def __init__(self, key: str) -> None:
        super().__init__(f"idempotency key `{key}` was used for another call", hint="use a new key for a new act")
        self.key = key
