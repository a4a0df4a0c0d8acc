"""Step 11: the package is fetched, verified without the gateway, and signed for; what is altered is found."""

import asyncio
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from gateway.client import VerifiedPackage, verify_package
from gateway.client.errors import PackageInvalidError
from gateway.demo.cast import Role
from gateway.demo.facts import Fact, Told
from gateway.demo.metrics import journal_key
from gateway.demo.speak import ask
from gateway.demo.story import Story, require

TITLE: Final = "The package arrives: verified offline, signed for by both sides"
FOLDER: Final = "delivery"
"""Folder of the package, in the folder of the demo."""


async def tell(story: Story) -> Told:
    """Fetch, verify, and show that alterations are found."""
    folder, delivery = story.folder / FOLDER, story.learned.delivery
    _, public_jwk = await journal_key(story.gateway.url)
    story.narrator.doing("fetching the package")
    package, fetched_bytes = await fetched(story, delivery, folder)
    found = await _delivery(story, delivery)
    require(all(item["access"] for item in found["items"]), "every part of it is booked")
    require(found["manifest"] == package.manifest, "what arrived is what is on record")
    story.narrator.doing("altering copies of it")
    altered = await asyncio.to_thread(_altered, folder, public_jwk)
    return Told(
        headline=f"{package.files} files verified offline, receipts of both sides, {len(altered)} alterations found",
        facts={
            "package": _told(package),
            "fetched_bytes": fetched_bytes,
            "receipt_of_the_licensee": "given",
            "booked_accesses": len(found["items"]),
            "alterations": altered,
        },
        already_done=() if fetched_bytes else ("the package was fetched and signed for",),
    )


async def fetched(story: Story, delivery: str, folder: Path) -> tuple[VerifiedPackage, int]:
    """A package in a folder, verified and signed for, and how many bytes came for that in this run.

    What an earlier run signed for is there, and may not leave any more: it is verified only.
    """
    _, public_jwk = await journal_key(story.gateway.url)
    if (await _delivery(story, delivery))["state"] == "RECEIVED" and await asyncio.to_thread(folder.exists):
        return await asyncio.to_thread(verify_package, folder, public_jwk), 0
    pulled = await story.cast.client(Role.DEVELOPER).pull(delivery, folder, public_jwk=public_jwk)
    require(pulled.acknowledged, "the developer has signed for it")
    require((await _delivery(story, delivery))["state"] == "RECEIVED", "both sides have signed for it")
    return pulled.package, pulled.fetched


async def _delivery(story: Story, delivery: str) -> Mapping[str, Any]:
    found = (await ask(story.cast.client(Role.DEVELOPER), "delivery", {"id": delivery}))["delivery"]
    require(found, "the developer sees the delivery")
    return dict(found)


def _told(package: VerifiedPackage) -> Mapping[str, Fact]:
    return {
        "manifest": package.manifest,
        "files": package.files,
        "rows": package.rows,
        "agreements_with_their_hashes": package.agreements,
        "signatures_checked": package.signatures,
    }


def _altered(folder: Path, public_jwk: Mapping[str, str]) -> list[Mapping[str, Fact]]:
    """What verifying says of copies in which one thing was changed."""
    told: list[Mapping[str, Fact]] = []
    for name, alter in _ALTERATIONS.items():
        copy = folder.with_name(f"{folder.name}-altered")
        shutil.copytree(folder, copy)
        try:
            alter(copy)
            verify_package(copy, public_jwk)
        except PackageInvalidError as invalid:
            told.append({"altered": name, "found": invalid.findings[0]})
        finally:
            shutil.rmtree(copy)
    require(len(told) == len(_ALTERATIONS), "every alteration is found")
    return told


def _flip_a_byte(folder: Path) -> None:
    shard = _shard(folder)
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)


def _take_a_file(folder: Path) -> None:
    _shard(folder).unlink()


def _widen_a_term(folder: Path) -> None:
    path = min((folder / "agreements").glob("*.json"))
    document = json.loads(path.read_text(encoding="utf-8"))
    document["odrl"]["permission"] = document["odrl"]["permission"] * 2
    path.write_text(json.dumps(document), encoding="utf-8")


def _shard(folder: Path) -> Path:
    return min((folder / "data").rglob("*.parquet"))


_ALTERATIONS: Final[Mapping[str, Callable[[Path], None]]] = {
    "one byte of one file": _flip_a_byte,
    "one file is missing": _take_a_file,
    "one term of one agreement": _widen_a_term,
}
