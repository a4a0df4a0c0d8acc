"""``muniment verify FOLDER``: a package, from the folder alone."""

import json
from pathlib import Path

import typer

from gateway.cli.trusted_keys import comes_with, given_key, key_told


def verify_folder(folder: Path, key: Path | None, *, as_json: bool) -> None:
    """Check a package and tell what was checked, and what was not."""
    from gateway.client import verify_package  # noqa: PLC0415  # cheap at start

    package = verify_package(folder, None if key is None else given_key(key))
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
            "key_from": "package" if comes_with(key, folder) else "file",
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
    told = key_told(key, folder, "package")
    if told:
        typer.echo(told)
