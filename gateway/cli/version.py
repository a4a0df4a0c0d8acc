"""``muniment version``: which product, which Python."""

import platform

import typer


def version() -> None:
    """Print the version of the product and of Python."""
    typer.echo(f"muniment {product_version()} (Python {platform.python_version()})")


def print_version(wanted: bool) -> None:  # noqa: FBT001  # the form typer calls it in
    """Answer ``--version`` before anything else is looked at."""
    if wanted:
        version()
        raise typer.Exit


def product_version() -> str:
    """The installed version."""
    from importlib.metadata import version as installed  # noqa: PLC0415  # cheap at start

    return installed("muniment")
