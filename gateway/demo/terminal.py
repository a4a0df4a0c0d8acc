"""The story in a terminal: panels, tables, a spinner, progress bars."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, assert_never

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.status import Status
from rich.table import Table
from rich.text import Text
from typing_extensions import override

from gateway.demo.facts import Document, Fact, StepFacts
from gateway.demo.narrator import Narrator
from gateway.demo.shapes import Grid, Items, Line, Pairs, Shape, shape, shapes

_ACCENT: Final = "cyan"


class TerminalNarrator(Narrator):
    """Shows each step as a panel when it is done, and a spinner until then."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None

    @override
    def opening(self, world: Mapping[str, Fact]) -> None:
        title = Text("Muniment", style=f"bold {_ACCENT}")
        subtitle = Text("license, query across platforms, refuse, revoke", style="dim")
        body = Group(subtitle, Text(), *(_render(each) for each in shapes(world)))
        self._console.print(Panel(body, title=title, box=box.DOUBLE, border_style=_ACCENT, padding=(1, 2)))

    @override
    def step(self, number: int, title: str) -> None:
        self._stop()
        self._status = self._console.status(f"[bold]{number}. {title}")
        self._status.start()

    @override
    def doing(self, what: str) -> None:
        if self._status is not None:
            self._status.update(f"[dim]{what} …")

    @contextmanager
    @override
    def progress(self, what: str, total: int) -> Iterator[Callable[[int], None]]:
        if self._status is not None:
            self._status.stop()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda advance: bar.advance(task, advance)
        if self._status is not None:
            self._status.start()

    @override
    def told(self, step: StepFacts) -> None:
        self._stop()
        done = [Text(f"already done: {each}", style="yellow") for each in step.told.already_done]
        body = Group(*done, *(_render(each) for each in shapes(step.told.facts)))
        title = Text.assemble((f" {step.number} ", f"bold black on {_ACCENT}"), (f" {step.title} ", "bold"))
        self._console.print(
            Panel(
                body,
                title=title,
                title_align="left",
                subtitle=Text(f"{step.elapsed_ms:,} ms", style="dim"),
                subtitle_align="right",
                box=box.ROUNDED,
                border_style="green",
                padding=(1, 2),
            )
        )

    @override
    def closing(self, document: Document) -> None:
        self._stop()
        if document.failure is not None:
            return
        parts: list[RenderableType] = []
        if document.summary:
            parts.extend(_render(each) for each in shape("summary", document.summary))
        if document.measured:
            parts.extend(_render(each) for each in shape("measured", document.measured))
        title = Text(" done ", style="bold black on green")
        self._console.print(Panel(Group(*parts), title=title, box=box.DOUBLE, border_style="green", padding=(1, 2)))
        for each in document.go_on:
            # WHY: outside the panel and unbroken, a command can be copied.
            self._console.print(Text(f"{each.to}:", style="dim"))
            self._console.print(Text(f"  {each.run}"), soft_wrap=True)

    @override
    def ended_early(self) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


def _render(what: Shape) -> RenderableType:
    match what:
        case Line(label=label, text=text):
            return Text.assemble((f"{label}: ", "dim"), text)
        case Pairs(label=label, lines=pairs):
            rows = [Padding(Text.assemble((f"{each.label}: ", "dim"), each.text), (0, 0, 0, 2)) for each in pairs]
            return Group(Text(f"{label}:", style="dim"), *rows)
        case Items(label=label, texts=texts):
            lines = [Padding(Text.assemble(("• ", _ACCENT), text), (0, 0, 0, 2)) for text in texts]
            return Group(Text(f"{label}:", style="dim"), *lines)
        case Grid():
            return _table(what)
        case _:
            assert_never(what)


def _table(grid: Grid) -> Table:
    table = Table(
        title=grid.label,
        title_justify="left",
        title_style="dim",
        box=box.SIMPLE_HEAD,
        header_style=_ACCENT,
        pad_edge=False,
    )
    for index, column in enumerate(grid.columns):
        table.add_column(column, justify="right" if index in grid.numeric else "left", overflow="fold")
    for row in grid.rows:
        table.add_row(*(Text(text) for text in row))
    return table
