"""Ill-made packages: each is one clear error that says what is wrong, and where; none hangs, none surprises."""

import asyncio
import json
import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from gateway.client.errors import KeyOtherError, PackageInvalidError
from gateway.client.packages import verify_package
from gateway.preparation.package.manifest import _root
from graph.journal.documents import digest_of
from graph.signing import MANIFEST_TYP, SigningKey, sign
from tests.testkit.delivering import LICENSED, SHARD, package, prepared
from tests.testkit.reading import an_exchange

KEY = SigningKey.generate()
AGREEMENT = "agreements/01-bazaar-rating.json"
DEEP = "[" * 100_000 + "]" * 100_000


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sealed")

    async def packed() -> Path:
        async with an_exchange(folder) as exchange:
            licence = await exchange.licence(await exchange.dataset(), LICENSED)
            return package(exchange, await prepared(exchange, licence, rows=50))

    return asyncio.run(packed())


@pytest.fixture
def here(sealed: Path, tmp_path: Path) -> Path:
    """A good package of one's own."""
    return Path(shutil.copytree(sealed, tmp_path / "here"))


def findings(folder: Path) -> list[str]:
    with pytest.raises(PackageInvalidError) as invalid:
        verify_package(folder)
    return list(invalid.value.findings)


def resealed(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest and seal it anew, as whoever makes packages with a key of their own can."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["key"] = KEY.public_jwk
    change(manifest)
    manifest["root"] = _root(manifest["files"])
    content = rfc8785.dumps(manifest)
    seal = {"delivery": manifest["delivery"], "manifest": digest_of(content), "root": manifest["root"]}
    (folder / "manifest.json").write_bytes(content)
    (folder / "manifest.jws").write_text(sign(KEY, seal, typ=MANIFEST_TYP))


def rewritten(folder: Path, name: str, content: bytes) -> None:
    """Write a file of the package anew, also in its list."""
    (folder / name).write_bytes(content)

    def listed(manifest: dict[str, Any]) -> None:
        (entry,) = [each for each in manifest["files"] if each["path"] == name]
        entry |= {"bytes": len(content), "sha256": digest_of(content).removeprefix("sha-256:")}

    resealed(folder, listed)


def test_a_package_that_is_sealed_anew_without_a_change_is_whole(here: Path) -> None:
    resealed(here, lambda _: None)

    assert verify_package(here).rows == 4


def test_another_key_than_the_one_that_was_learnt_before_is_named(here: Path) -> None:
    with pytest.raises(KeyOtherError) as other:
        verify_package(here, KEY.public_jwk)

    assert KEY.thumbprint in other.value.message


def a_socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        place = Path.cwd()
        os.chdir(folder)
        try:
            listening.bind("socket")
        finally:
            os.chdir(place)


def replaced_by_link(folder: Path, name: str) -> None:
    """The same bytes, elsewhere."""
    (folder / name).rename(folder.parent / "elsewhere")
    (folder / name).symlink_to(folder.parent / "elsewhere")


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (lambda here: (here / "loose").symlink_to(here / SHARD), "`loose` is a link"),
        (lambda here: (here / "gone").symlink_to(here / "nothing"), "`gone` is a link"),
        (lambda here: (here / "folder").symlink_to(here / "data"), "`folder` is a link"),
        (lambda here: replaced_by_link(here, SHARD), f"`{SHARD}` is a link"),
        (lambda here: replaced_by_link(here, "data"), "`data` is a link"),
        (lambda here: replaced_by_link(here, "manifest.json"), "`manifest.json` is a link"),
        (lambda here: os.mkfifo(here / "pipe"), "`pipe` is no plain file"),
        (a_socket, "`socket` is no plain file"),
        (lambda here: (here / "empty").mkdir(), "folder `empty` was added"),
        (lambda here: (here / "data" / "more" / "and more").mkdir(parents=True), "folder `data/more` was added"),
        (lambda here: (here / "agreements" / "x.json").mkdir(), "folder `agreements/x.json` was added"),
        (lambda here: (here / "agreements" / "x.json").write_text("{}"), "`agreements/x.json` was added"),
        (lambda here: (here / "a\x1b[2J\n").write_text("x"), "`a\\x1b[2J\\n` was added"),
    ],
)
def test_whatever_is_not_in_the_list_is_found(here: Path, damage: Callable[[Path], object], finding: str) -> None:
    damage(here)

    assert finding in findings(here)


@pytest.mark.parametrize("name", ["manifest.json", "manifest.jws", SHARD])
@pytest.mark.parametrize("kind", ["pipe", "folder"])
def test_what_is_no_plain_file_is_not_waited_for(here: Path, name: str, kind: str) -> None:
    (here / name).unlink()
    if kind == "pipe":
        os.mkfifo(here / name)
    else:
        (here / name).mkdir()

    assert f"`{name}` is no plain file" in "; ".join(findings(here))


def changed(name: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda manifest: manifest.update({name: value})


def changed_file(name: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda manifest: manifest["files"][0].update({name: value})


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (changed_file("rows", "abc"), "$.files[0].rows"),
        (changed_file("bytes", -1), "$.files[0].bytes"),
        (changed_file("sha256", "x"), "$.files[0].sha256"),
        (changed_file("more", 1), "$.files[0]"),
        (lambda manifest: manifest["files"][0].pop("rows"), "$.files[0]"),
        (changed("files", {}), "$.files"),
        (changed("files", None), "$.files"),
        (changed("agreements", "all of them"), "$.agreements"),
        (changed("agreements", [1]), "$.agreements[0]"),
        (changed("key", "x"), "$.key"),
        (changed("delivery", "a\x1b[2J"), "$.delivery"),
        (changed("delivery", "urn:x:" + "y" * 10_000), "$.delivery"),
        (changed("root", 1), "$.root"),
    ],
)
def test_a_manifest_of_another_form_says_where(
    here: Path, change: Callable[[dict[str, Any]], object], where: str
) -> None:
    manifest = json.loads((here / "manifest.json").read_bytes())
    change(manifest)
    (here / "manifest.json").write_text(json.dumps(manifest))

    (finding,) = findings(here)

    assert finding.startswith("`manifest.json` is no manifest of a delivery: ")
    assert f"`{where}`" in finding


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (DEEP.encode(), "is no manifest"),
        (b'{"format": "muniment-delivery/1", "files": ' + DEEP.encode() + b"}", "is no manifest"),
        (b'{"more": ' + DEEP.encode() + b"}", "is no manifest"),
        (b'{"format": "muniment-delivery/2"}', "is no manifest"),
        (b'{"files": [{"bytes": 1' + b"0" * 5_000 + b"}]}", "is no manifest"),
    ],
)
def test_what_is_no_manifest_at_all_is_told_in_a_line(here: Path, content: bytes, told: str) -> None:
    (here / "manifest.json").write_bytes(content)

    (finding,) = findings(here)

    assert told in finding
    assert len(finding) < 300


def test_a_file_that_is_listed_twice_is_told_and_not_counted(here: Path) -> None:
    resealed(here, lambda manifest: manifest["files"].insert(0, dict(manifest["files"][0])))

    assert findings(here) == [f"`{AGREEMENT}` is listed twice"]


def test_a_path_that_leads_out_of_the_package_or_cannot_be_printed_is_told(here: Path) -> None:
    def led_out(manifest: dict[str, Any]) -> None:
        for path in ("../outside", "a\x1b[2J"):
            manifest["files"].append({**manifest["files"][0], "path": path})

    resealed(here, led_out)

    assert findings(here) == [
        "`../outside` is not a path within the package",
        "`a\\x1b[2J` is not a path within the package",
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        DEEP.encode(),
        b"[]",
        b'{"agreement": "a", "policy": "p"}',
        b'{"agreement": "a", "policy": "p", "odrl": [], "signatures": "none"}',
        b'{"agreement": "a", "policy": "p", "odrl": ' + DEEP.encode() + b', "signatures": []}',
        b'{"agreement": "a", "policy": "p", "odrl": {"a": 1' + b"0" * 5_000 + b'}, "signatures": []}',
    ],
)
def test_an_agreement_of_another_form_is_told(here: Path, content: bytes) -> None:
    rewritten(here, AGREEMENT, content)

    (finding,) = findings(here)

    assert finding.startswith(f"`{AGREEMENT}`")


@pytest.mark.parametrize("signature", [{"by": "x"}, {"by": "x", "jws": "a.b.c", "key": {"kty": "OKP"}}])
def test_a_signature_of_another_form_is_told(here: Path, signature: dict[str, Any]) -> None:
    document = json.loads((here / AGREEMENT).read_bytes())
    document["signatures"] = [signature]
    rewritten(here, AGREEMENT, json.dumps(document).encode())

    (finding,) = findings(here)

    assert finding.startswith(f"`{AGREEMENT}`")


def test_many_findings_are_told_in_a_bounded_message(here: Path) -> None:
    for number in range(500):
        (here / f"added-{number:03}").write_text("x")

    with pytest.raises(PackageInvalidError) as invalid:
        verify_package(here)

    assert len(invalid.value.findings) == 500
    assert "490 more" in invalid.value.message
    assert len(invalid.value.message) < 1_000


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to the superuser")
@pytest.mark.parametrize("name", ["manifest.json", SHARD, "data"])
def test_what_cannot_be_read_is_told(here: Path, name: str) -> None:
    (here / name).chmod(0)
    try:
        assert "cannot be read" in "; ".join(findings(here))
    finally:
        (here / name).chmod(0o700)
