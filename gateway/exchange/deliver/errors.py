"""Why a delivery is refused, fails, or is not let out."""

from typing import Final

from gateway.exchange.errors import ExchangeError

_FOR_GOOD: Final = frozenset({"LICENCE_TERMINATED", "LICENCE_EXPIRED", "LICENCE_STALE"})


class DeliveryImpossibleError(ExchangeError):
    """Nothing can be packed as it was asked for; nothing was ordered."""

    code = "DELIVERY_IMPOSSIBLE"

    def __init__(self, licence: str, code: str, problem: str) -> None:
        super().__init__(
            f"licence `{licence}` gives nothing for this delivery ({code}): {problem}",
            hint="order what the licences permit, or negotiate other terms",
        )
        self.licence = licence
        self.reason = code


class TooManyDeliveriesError(ExchangeError):
    """The developer has as many packages waiting as it may have."""

    code = "TOO_MANY_DELIVERIES"
    http_status = 429

    def __init__(self, most: int) -> None:
        super().__init__(
            f"`{most}` deliveries are being prepared or wait to be fetched, and no more may",
            hint="fetch them with `muniment pull`, or give one up with `cancelDelivery`",
        )
        self.most = most


class QualityCheckFailedError(ExchangeError):
    """Records of a source break a rule of their kind; none of them leaves."""

    code = "QUALITY_CHECK_FAILED"

    def __init__(self, broken: int, findings: str) -> None:
        super().__init__(
            f"{broken} rows break a rule of their kind",
            hint="`findings` of the delivery names rules and rows; ask the licensor to correct its source",
        )
        self.broken = broken
        self.findings = findings
        """The document that names them."""


class StorageFullError(ExchangeError):
    """The disk of the gateway has no room for the package."""

    code = "STORAGE_FULL"
    http_status = 507

    def __init__(self) -> None:
        super().__init__("the gateway has no room for the package", hint="ask the operator; then order it again")


class PreparationFailedError(ExchangeError):
    """The preparation met something that nobody foresaw."""

    code = "PREPARATION_FAILED"
    http_status = 500

    def __init__(self) -> None:
        super().__init__(
            "the package could not be prepared",
            hint="order it again; if it fails again, tell the operator, whose log says why",
        )


class DeliveryOutdatedError(ExchangeError):
    """What is in the package is not what may leave now; it never leaves again."""

    code = "DELIVERY_OUTDATED"
    http_status = 410

    def __init__(self, delivery: str, problem: str, *, hint: str, licence: str = "", clause: str = "") -> None:
        super().__init__(problem, hint=hint)
        self.delivery = delivery
        self.licence = licence
        """Whose part it is; empty when it is not one part alone."""
        self.clause = clause


class PeopleChangedError(DeliveryOutdatedError):
    """People of the package withdrew or objected after it was prepared."""

    def __init__(self, delivery: str) -> None:
        super().__init__(
            delivery,
            f"people in delivery `{delivery}` have withdrawn since it was prepared",
            hint="order it again with `prepareDelivery`: they will be left out",
        )


class GroundsChangedError(DeliveryOutdatedError):
    """The agreement or the dataset asks for something else than what the package was prepared on."""

    def __init__(self, delivery: str, licence: str, changed: str, clause: str) -> None:
        super().__init__(
            delivery,
            f"delivery `{delivery}` may not leave as it was prepared under licence `{licence}`: {changed}",
            hint="order it again with `prepareDelivery`: it will be prepared on what holds now",
            licence=licence,
            clause=clause,
        )
        self.changed = changed


class DeliveryNotReadyError(ExchangeError):
    """There is no package to fetch: it is being prepared, or it failed."""

    code = "DELIVERY_NOT_READY"
    http_status = 409

    def __init__(self, delivery: str, state: str) -> None:
        super().__init__(f"delivery `{delivery}` is {state}", hint="ask for its state; fetch it when it is READY")
        self.delivery = delivery
        self.state = state


class DeliveryRefusedError(ExchangeError):
    """A licence of the package does not let it out any more."""

    code = "DELIVERY_REFUSED"
    http_status = 403

    def __init__(self, delivery: str, licence: str, code: str, problem: str, clause: str = "") -> None:
        super().__init__(f"delivery `{delivery}` may not leave under licence `{licence}` ({code}): {problem}")
        self.delivery = delivery
        self.licence = licence
        self.reason = code
        self.clause = clause

    @property
    def for_good(self) -> bool:
        """Whether the package can never leave again: its licence ended, or rests on another agreement now."""
        return self.reason in _FOR_GOOD


class DeliveryRemovedError(ExchangeError):
    """The package was signed for some time ago, and its files are not kept any more."""

    code = "DELIVERY_REMOVED"
    http_status = 410

    def __init__(self, delivery: str) -> None:
        super().__init__(
            f"the files of delivery `{delivery}` are not kept any more: it was signed for",
            hint="order it again with `prepareDelivery`",
        )
        self.delivery = delivery


class DeliveryDamagedError(ExchangeError):
    """A file of the package on the gateway is not what was sealed; nothing of it is served."""

    code = "DELIVERY_DAMAGED"
    http_status = 500

    def __init__(self, delivery: str, path: str) -> None:
        super().__init__(
            f"`{path}` of delivery `{delivery}` is not the file that was sealed",
            hint="tell the operator, who restores it from a backup; then fetch it again",
        )
        self.delivery = delivery
        self.path = path


class DeliveryReceiptInvalidError(ExchangeError):
    """What the licensee signed is not this delivery, or not signed by its key."""

    code = "DELIVERY_RECEIPT_INVALID"

    def __init__(self, delivery: str, problem: str) -> None:
        super().__init__(f"the receipt for `{delivery}` is not valid: {problem}")
        self.delivery = delivery
