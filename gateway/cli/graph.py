"""``muniment graph``: compare the provenance graph of a folder with its journal, or make it anew."""

import typer

graph = typer.Typer(help="Check or rebuild the provenance graph of a folder.", no_args_is_help=True)
