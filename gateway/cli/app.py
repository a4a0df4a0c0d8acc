"""The entry point: assembles the commands, and turns every failure into one clear message."""

import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from gateway.cli.client import client
from gateway.cli.demo import demo
from gateway.cli.errors import UnexpectedFailureError
from gateway.cli.export import export
from gateway.cli.failures import FAILED, report
from gateway.cli.graph import graph
from gateway.cli.policy import policy
from gateway.cli.pull import pull
from gateway.cli.serve import serve
from gateway.cli.verify import verify
from gateway.cli.version import print_version, version
from policies.errors import CodedError


class Options:
    """What was said before the command; filled while the command line is read."""

    def __init__(self) -> None:
        self.debug = False


app = typer.Typer(
    name="muniment",
    help="License reputation and personal data across platforms, query it, refuse, revoke, and prove all of it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # WHY: as markup, `[default: now]` in a help text would be a tag, and be left out.
    rich_markup_mode=None,
)
app.command("serve")(serve)
app.command("demo")(demo)
app.command("pull")(pull)
app.command("export")(export)
app.command("verify")(verify)
app.command("version")(version)
app.add_typer(client, name="client")
app.add_typer(graph, name="graph")
app.add_typer(policy, name="policy")


@app.callback()
def _before(
    context: typer.Context,
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Print a traceback when a command fails.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", is_eager=True, callback=print_version)
    ] = False,
) -> None:
    context.obj.debug = debug


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit: 0 when it did its work, 1 when it failed, 2 when it was used wrongly, 130 on Ctrl-C."""
    options = Options()
    command = typer.main.get_command(app)
    try:
        command.main(args=arguments, prog_name="muniment", obj=options)
    except CodedError as failure:
        if options.debug:
            raise
        report(failure)
    except Exception as failure:
        # WHY: whoever runs a command gets one message; the traceback is for those who ask for it.
        if options.debug:
            raise
        report(UnexpectedFailureError(failure))
    sys.exit(FAILED)


if __name__ == "__main__":
    main()
