"""The story in a terminal: panels, tables, a spinner, progress bars."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, assert_never

from rich import box
from rich.console import Console, Group
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.status import Status
from rich.text import Text
from typing_extensions import override

from gateway.demo.facts import Document, Fact, StepFacts
from gateway.demo.narrator import Narrator
from gateway.demo.shapes import Grid, Items, Line, Pairs, Shape, shape, shapes
from gateway.demo.tables import laid_out, wrapped

_ACCENT: Final = "cyan"
_INDENT: Final = "  "
_PADDING: Final = (1, 1)
_FRAME: Final = 4
"""Columns that the border of a panel and its padding take."""


class TerminalNarrator(Narrator):
    """Shows each step as a panel when it is done, and a spinner until then."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None

    @override
    def opening(self, world: Mapping[str, Fact]) -> None:
        title = Text("Muniment", style=f"bold {_ACCENT}")
        subtitle = Text("license, query across platforms, refuse, revoke", style="dim")
        body = Group(subtitle, Text(), *self._rendered(shapes(world)))
        self._console.print(Panel(body, title=title, box=box.DOUBLE, border_style=_ACCENT, padding=_PADDING))

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
        body = Group(*done, *self._rendered(shapes(step.told.facts)))
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
                padding=_PADDING,
            )
        )

    @override
    def closing(self, document: Document) -> None:
        self._stop()
        if document.failure is not None:
            return
        body = Group(*self._rendered((*shape("summary", document.summary), *shape("measured", document.measured))))
        title = Text(" done ", style="bold black on green")
        self._console.print(Panel(body, title=title, box=box.DOUBLE, border_style="green", padding=_PADDING))
        for each in document.go_on:
            # WHY: outside the panel and unbroken, a command can be copied.
            self._console.print(Text(f"{each.to}:", style="dim"))
            self._console.print(Text(f"{_INDENT}{each.run}"), soft_wrap=True)

    @override
    def ended_early(self) -> None:
        self._stop()

    def _rendered(self, parts: Iterable[Shape]) -> Iterator[Text]:
        """The parts of a panel; what takes several lines stands apart."""
        before: Shape | None = None
        for each in parts:
            if before is not None and not (isinstance(before, Line) and isinstance(each, Line)):
                yield Text()
            yield _render(each, self._console.width - _FRAME)
            before = each

    def _stop(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


def _render(what: Shape, width: int) -> Text:
    match what:
        case Line():
            return _line(what, width)
        case Pairs(label=label, lines=pairs):
            return _under(label, (_line(each, width, _INDENT) for each in pairs))
        case Items(label=label, texts=texts):
            return _under(label, (_item(each, width) for each in texts))
        case Grid(label=label):
            table = laid_out(what, width - len(_INDENT))
            header = (Text(f"{_INDENT}{line}", style=_ACCENT) for line in table.header)
            body = (Text(f"{_INDENT}{line}") for line in table.body)
            return _under(label, (*header, *body))
        case _:
            assert_never(what)


def _under(label: str, lines: Iterable[Text]) -> Text:
    return Text("\n").join((Text(f"{label}:", style="dim"), *lines))


def _line(line: Line, width: int, indent: str = "") -> Text:
    label = f"{indent}{line.label}:"
    text = Text("\n".join(wrapped(f"{line.label}: {line.text}", width, first=indent, rest=f"{indent}{_INDENT}")))
    text.stylize("dim", 0, len(label))
    return text


def _item(item: str, width: int) -> Text:
    text = Text("\n".join(wrapped(item, width, first=f"{_INDENT}• ", rest=_INDENT * 2)))
    text.stylize(_ACCENT, 0, len(_INDENT) + 1)
    return text
