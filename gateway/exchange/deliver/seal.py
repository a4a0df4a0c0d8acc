"""Seal a package: its documents, the list of its files, the signature; and what goes on record of it."""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from connectors.kinds import Kind, column
from gateway.exchange.deliver.applied import applied_rules
from gateway.exchange.deliver.grounds import Grounds
from gateway.exchange.deliver.pack import whole
from gateway.exchange.deliver.part_state import FinishedShard, Tally
from gateway.exchange.deliver.plan import DeliveryPlan, PlannedItem
from gateway.exchange.deliver.workspace import Workspace
from gateway.exchange.ports import Ports
from gateway.exchange.read.decide import Permitted
from gateway.preparation.package.contents import Columns, Contents, DatasetPart, Removed
from gateway.preparation.package.croissant import CROISSANT, croissant
from gateway.preparation.package.datasheet import DATASHEET, datasheet
from gateway.preparation.package.manifest import MANIFEST, MEDIA_TYPE, SIGNATURE, PackagedFile, sealed
from gateway.preparation.package.report import PICTURED, REPORT, pictured, report
from gateway.preparation.quality import QualityRule
from gateway.preparation.shards import sha256_of, write_whole
from graph.journal.documents import Document, subjects_document
from graph.journal.events import DeliveryPrepared, PreparedItem
from graph.journal.rows import DeliveryRow, SignatureRow
from graph.journal.view import View
from graph.signing import thumbprint
from policies.jsonld import to_document
from policies.model import Policy, Transform
from policies.phrases import transformed
from policies.render import summary

MARKDOWN = "text/markdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One dataset whose files are finished."""

    part: str
    permitted: Permitted
    columns: tuple[str, ...]
    grounds: Grounds
    rules: tuple[QualityRule, ...]
    finished: tuple[FinishedShard, ...]


async def seal(
    ports: Ports, row: DeliveryRow, plan: DeliveryPlan, packed: Sequence[Packed], workspace: Workspace
) -> tuple[DeliveryPrepared, tuple[Document, ...]]:
    """Write everything but the records, and sign for all of it.

    Returns:
        What is to be recorded, with the documents it names.
    """
    agreements = await ports.journal.view(lambda view: {each.part: _agreement(ports, each, view) for each in packed})
    return await asyncio.to_thread(_seal, ports, row, plan, packed, workspace, agreements)


def _seal(
    ports: Ports,
    row: DeliveryRow,
    plan: DeliveryPlan,
    packed: Sequence[Packed],
    workspace: Workspace,
    agreements: dict[str, "_Agreement"],
) -> tuple[DeliveryPrepared, tuple[Document, ...]]:
    planned = {each.licence: each for each in plan.items}
    contents = Contents(
        delivery=row.delivery,
        licensee=row.party,
        purpose=plan.purpose,
        action=plan.action,
        ordered=plan.ordered,
        url=ports.packing.url,
        parts=tuple(
            _part(each, planned[each.permitted.licence.licence], agreements[each.part].policy) for each in packed
        ),
    )
    told = report(contents)
    written = {
        CROISSANT: croissant(contents),
        DATASHEET: datasheet(contents),
        REPORT: told,
        PICTURED: pictured(contents),
        **{f"agreements/{part}.json": each.content for part, each in agreements.items()},
    }
    package = workspace.package
    # WHY: a preparation that was stopped may have left documents of an earlier state.
    shutil.rmtree(package / "agreements", ignore_errors=True)
    (package / "agreements").mkdir(mode=0o700, parents=True)
    for name, content in written.items():
        write_whole(package / name, content)
    manifest = sealed(contents, [*_records(contents), *_documents(package, written)], ports.signer)
    write_whole(package / MANIFEST, manifest.content)
    write_whole(package / SIGNATURE, manifest.signature.encode())
    tallies = {each.part: whole(each.finished) for each in packed}
    people = {part: subjects_document(tally.people) for part, tally in tallies.items()}
    grounds = {each.part: each.grounds.document() for each in packed}
    documents = (
        Document(media_type=MEDIA_TYPE, content=manifest.content),
        Document(media_type=MARKDOWN, content=told),
        *people.values(),
        *grounds.values(),
    )
    files = [path for path in package.rglob("*") if path.is_file()]
    event = DeliveryPrepared(
        delivery=row.delivery,
        manifest=manifest.digest,
        root=manifest.root,
        report=documents[1].digest,
        files=len(files),
        size=sum(path.stat().st_size for path in files),
        items=tuple(_item(each, tallies[each.part], people[each.part], grounds[each.part]) for each in packed),
    )
    return event, documents


def _item(packed: Packed, tally: Tally, people: Document, grounds: Document) -> PreparedItem:
    return PreparedItem(
        licence=packed.permitted.licence.licence,
        columns=packed.columns,
        rows=sum(each.shard.rows for each in packed.finished),
        dropped=tally.by_terms + tally.by_people + tally.duplicates,
        notices=packed.finished[-1].notices,
        subjects=people.digest,
        grounds=grounds.digest,
    )


def _part(packed: Packed, planned: PlannedItem, policy: Policy) -> DatasetPart:
    permitted, tally = packed.permitted, whole(packed.finished)
    dataset, licence, description = permitted.plan.dataset, permitted.licence, permitted.description
    kind = Kind(dataset.record_kind)
    return DatasetPart(
        name=packed.part,
        kind=kind,
        title=description.title,
        platform=dataset.platform,
        dataset=dataset.dataset,
        licence=licence.licence,
        licensor=licence.assigner,
        agreement=licence.agreement,
        version=licence.version,
        policy=licence.policy,
        terms=summary(policy),
        lawful_basis=dataset.lawful_basis,
        attribution=description.terms.attribution,
        terms_source=description.terms.source,
        columns=tuple(
            Columns(
                declared=declared,
                transform=_told(permitted.decision.transforms.get(name)),
                filled=tally.filled.get(name, 0),
            )
            for name in packed.columns
            if (declared := column(kind, name)) is not None
        ),
        left_out=tuple(name for name in description.columns if name not in packed.columns),
        shards=tuple(each.shard for each in packed.finished),
        rows=sum(each.shard.rows for each in packed.finished),
        asked=planned.asked,
        within_quota=planned.rows,
        fetched=tally.fetched,
        removed=Removed(by_terms=tally.by_terms, by_people=tally.by_people, duplicates=tally.duplicates),
        record_licences=tally.record_licences,
        checked=tuple(dict.fromkeys(rule.told for rule in packed.rules)),
        applied=applied_rules(permitted, packed.columns, packed.rules, packed.finished[-1].notices),
    )


def _told(transform: Transform | None) -> str:
    return "" if transform is None else transformed(transform.term, transform.parameter)


def _records(contents: Contents) -> list[PackagedFile]:
    return [
        PackagedFile(path=f"data/{part.name}/{each.name}", bytes=each.size, sha256=each.sha256, rows=each.rows)
        for part in contents.parts
        for each in part.shards
    ]


def _documents(package: Path, written: dict[str, bytes]) -> list[PackagedFile]:
    return [
        PackagedFile(path=name, bytes=len(content), sha256=sha256_of(package / name))
        for name, content in written.items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Agreement:
    policy: Policy
    content: bytes
    """The file of the agreement: its terms, their hash, and who signed them."""


def _agreement(ports: Ports, packed: Packed, view: View) -> _Agreement:
    licence = packed.permitted.licence
    policy = ports.policies.load(licence.policy, view)
    negotiation = view.negotiation(licence.negotiation)
    content = {
        "agreement": licence.agreement,
        "version": licence.version,
        "licence": licence.licence,
        "dataset": licence.dataset,
        "policy": licence.policy,
        "odrl": to_document(policy),
        "summary": summary(policy),
        "signatures": [
            {
                "by": each.by,
                "kid": each.key,
                "jws": each.signature,
                "delegated": each.delegated,
                "key": _public_key(ports, each, licence.dataset),
            }
            for each in (negotiation.signatures if negotiation is not None else ())
        ],
    }
    return _Agreement(policy=policy, content=msgspec.json.format(msgspec.json.encode(content, order="sorted")) + b"\n")


def _public_key(ports: Ports, signature: SignatureRow, dataset: str) -> Mapping[str, str] | None:
    """The key that made a signature, so that it can be checked without asking anybody; nothing when it is not known."""
    held = ports.keys.find(signature.by, dataset)
    known = [each.public_jwk for each in ports.clients.of_party(signature.by)]
    if held is not None:
        known.append(held.public_jwk)
    return next((jwk for jwk in known if thumbprint(jwk) == signature.key), None)
