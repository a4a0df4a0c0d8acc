"""Deliveries: packages of prepared records, and how far they have come."""

from datetime import datetime
from typing import Self

import strawberry

from gateway.api.enums import DeliveryState, PreparationStage
from gateway.api.parties import Party
from gateway.api.relay import Node
from gateway.api.scalars import BigInt
from gateway.exchange.deliver.open import OpenedView
from gateway.exchange.deliver.presented import DeliveryItemView, DeliveryView, FindingView
from gateway.exchange.deliver.progress import Progress


@strawberry.type(description="What a delivery holds of one licence's dataset.")
class DeliveryItem:
    """What a delivery holds of one licence's dataset."""

    licence: strawberry.ID = strawberry.field(description="The licence.")
    dataset: strawberry.ID = strawberry.field(description="The dataset.")
    columns: list[str] = strawberry.field(description="The columns in it; none until it is sealed.")
    rows: int = strawberry.field(description="Rows in it; until it is sealed, how many there may be at most.")
    asked: int = strawberry.field(
        description="Rows that were ordered: as many as the order says, or as the catalogue counts."
    )
    within_quota: int = strawberry.field(
        description="How many of them the quota of the licence had left; fewer than `asked`: the order was cut."
    )
    dropped: int = strawberry.field(description="Rows left out: terms, consent, objection, duplicates.")
    access: strawberry.ID | None = strawberry.field(
        description="The access that booked it; nothing until the first byte left."
    )

    @classmethod
    def of(cls, view: DeliveryItemView) -> Self:
        """The item as the schema shows it."""
        return cls(
            licence=strawberry.ID(view.licence),
            dataset=strawberry.ID(view.dataset),
            columns=list(view.columns),
            rows=view.rows,
            asked=view.asked,
            within_quota=view.within_quota,
            dropped=view.dropped,
            access=None if view.access is None else strawberry.ID(view.access),
        )


@strawberry.type(description="Rows of one dataset that break a rule of their kind; they blocked the package.")
class QualityFinding:
    """Rows that break a rule."""

    dataset: strawberry.ID = strawberry.field(description="The dataset.")
    rule: str = strawberry.field(description="Name of the rule.")
    told: str = strawberry.field(description="What a good row is like.")
    rows: int = strawberry.field(description="How many rows break it.")
    examples: list[str] = strawberry.field(description="Opaque ids of some of them, as `id` of a record shows them.")

    @classmethod
    def of(cls, view: FindingView) -> Self:
        """The finding as the schema shows it."""
        return cls(
            dataset=strawberry.ID(view.dataset),
            rule=view.rule,
            told=view.told,
            rows=view.rows,
            examples=list(view.examples),
        )


@strawberry.type(description="How far a preparation is.")
class PreparationProgress:
    """How far a preparation is."""

    stage: PreparationStage = strawberry.field(description="What is being done.")
    dataset: strawberry.ID | None = strawberry.field(description="The dataset that is read.")
    done: int = strawberry.field(description="Rows that were read of it.")
    total: int = strawberry.field(description="Rows that the whole order may take, at most.")

    @classmethod
    def of(cls, progress: Progress) -> Self:
        """The progress as the schema shows it."""
        return cls(
            stage=PreparationStage[progress.stage.name],
            dataset=strawberry.ID(progress.dataset) if progress.dataset else None,
            done=progress.done,
            total=progress.total,
        )


@strawberry.type(description="A package of prepared records for one developer.")
class Delivery(Node):
    """A package of prepared records."""

    developer: Party = strawberry.field(description="Whom it is for.")
    purpose: str = strawberry.field(description="What for.")
    state: DeliveryState = strawberry.field(description="How far it has come.")
    items: list[DeliveryItem] = strawberry.field(
        description="What it holds, per licence; an owner sees those of its own licences."
    )
    progress: PreparationProgress | None = strawberry.field(description="While it is being prepared.")
    code: str | None = strawberry.field(description="Why it failed; a code with a page in the documentation.")
    findings: list[QualityFinding] = strawberry.field(description="What blocked it, when a check of the rows failed.")
    manifest: str | None = strawberry.field(description="Digest of its manifest, once it is sealed.")
    root: str | None = strawberry.field(description="Merkle root over its files, hex.")
    files: int = strawberry.field(description="How many files it has.")
    size: BigInt = strawberry.field(description="Bytes of all files.")
    report: str | None = strawberry.field(
        description="The preparation report, Markdown; to the developer and to auditors."
    )
    at: datetime = strawberry.field(description="When its state was reached.")

    @classmethod
    def of(cls, view: DeliveryView) -> Self:
        """The delivery as the schema shows it."""
        return cls(
            id=strawberry.ID(view.delivery),
            developer=Party.of(view.developer),
            purpose=view.purpose,
            state=DeliveryState[view.state.name],
            items=[DeliveryItem.of(each) for each in view.items],
            progress=None if view.progress is None else PreparationProgress.of(view.progress),
            code=view.code,
            findings=[QualityFinding.of(each) for each in view.findings],
            manifest=view.manifest,
            root=view.root,
            files=view.files,
            size=BigInt(view.size),
            report=view.report,
            at=view.at,
        )


@strawberry.type(description="One file of a package.")
class PackageFile:
    """One file of a package."""

    path: str = strawberry.field(description="Within the package, with forward slashes.")
    bytes: BigInt = strawberry.field(description="Its size.")
    sha256: str = strawberry.field(description="Its hash, hex.")


@strawberry.type(description="What fetching a package needs.")
class OpenedDelivery:
    """What fetching a package needs."""

    url: str = strawberry.field(description="Address below which its files are.")
    token: str = strawberry.field(description="Bearer token for these files only.")
    expires_at: datetime = strawberry.field(description="When the token ends; ask again to go on.")
    manifest: str = strawberry.field(description="Digest of the manifest.")
    files: list[PackageFile] = strawberry.field(
        description="Every file of the manifest; `manifest.json` and `manifest.jws` stand beside them."
    )

    @classmethod
    def of(cls, view: OpenedView) -> Self:
        """The opened delivery as the schema shows it."""
        return cls(
            url=view.url,
            token=view.token,
            expires_at=view.expires_at,
            manifest=view.manifest,
            files=[PackageFile(path=each.path, bytes=BigInt(each.bytes), sha256=each.sha256) for each in view.files],
        )
