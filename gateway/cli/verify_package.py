"""``muniment verify FOLDER``: a package, from the folder alone."""

import json
from pathlib import Path
from typing import Final

import typer

from gateway.cli.files import json_object
from gateway.cli.trusted_keys import trusted_key

MANIFEST: Final = "manifest.json"


def verify_folder(folder: Path, key: Path | None, *, as_json: bool) -> None:
    """Check a package and tell what was checked, and what was not."""
    from gateway.client import verify_package  # noqa: PLC0415  # cheap at start

    named = json_object(folder / MANIFEST).get("key") if key is not None else None
    trusted = trusted_key(key, named if isinstance(named, dict) else {}, folder) if key is not None else None
    package = verify_package(folder, trusted)
    if as_json:
        facts = {
            "verified": True,
            "delivery": package.delivery,
            "manifest": package.manifest,
            "root": package.root,
            "files": package.files,
            "rows": package.rows,
            "agreements": package.agreements,
            "signatures": package.signatures,
            "signatures_unchecked": package.unchecked,
            "key": package.key,
            "key_from": "package" if key is None else "file",
        }
        typer.echo(json.dumps(facts, indent=2))
        return
    typer.echo(f"verified: {package.files} files, {package.rows:,} rows of {package.delivery}")
    typer.echo(
        f"{package.agreements} agreements have their hashes; {package.signatures} signatures under them are good"
    )
    if package.unchecked:
        typer.echo(f"not checked: {package.unchecked} signatures, whose keys are not in the package")
    typer.echo(f"sealed by key {package.key}")
    if key is None:
        typer.echo("the key came with the package: compare it with the one you know, or give yours with --key")
