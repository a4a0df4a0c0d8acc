"""The story as plain text: for pipes, logs and small terminals."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO, assert_never

from typing_extensions import override

from gateway.demo.facts import Document, Fact, StepFacts
from gateway.demo.narrator import Narrator
from gateway.demo.shapes import Grid, Items, Line, Pairs, Shape, shape, shapes


class PlainNarrator(Narrator):
    """One line after the other; no colours, no boxes, nothing that moves."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    @override
    def opening(self, world: Mapping[str, Fact]) -> None:
        self._say("Muniment: license, query across platforms, refuse, revoke")
        self._show_all(shapes(world))

    @override
    def step(self, number: int, title: str) -> None:
        self._say("", f"{number}. {title}")

    @override
    def doing(self, what: str) -> None:
        return

    @contextmanager
    @override
    def progress(self, what: str, total: int) -> Iterator[Callable[[int], None]]:
        yield lambda _: None

    @override
    def told(self, step: StepFacts) -> None:
        for done in step.told.already_done:
            self._say(f"   already done: {done}")
        self._show_all(shapes(step.told.facts))
        self._say(f"   ({step.elapsed_ms:,} ms)")

    @override
    def closing(self, document: Document) -> None:
        self._say("")
        if document.failure is not None:
            return
        if document.summary:
            self._show_all(shape("summary", document.summary))
        if document.measured:
            self._show_all(shape("measured", document.measured))
        for each in document.go_on:
            self._say("", f"   {each.to}:", f"     {each.run}")

    @override
    def ended_early(self) -> None:
        return

    def _show_all(self, parts: Iterable[Shape]) -> None:
        for each in parts:
            self._show(each)

    def _show(self, what: Shape) -> None:
        match what:
            case Line(label=label, text=text):
                self._say(f"   {label}: {text}")
            case Pairs(label=label, lines=lines):
                self._say(f"   {label}:", *(f"     {each.label}: {each.text}" for each in lines))
            case Items(label=label, texts=texts):
                self._say(f"   {label}:", *(f"     - {text}" for text in texts))
            case Grid():
                self._say(f"   {what.label}:", *(f"     {line}" for line in _lines(what)))
            case _:
                assert_never(what)

    def _say(self, *lines: str) -> None:
        for line in lines:
            print(line.rstrip(), file=self._out, flush=True)


def _lines(grid: Grid) -> Iterator[str]:
    widths = [max(len(row[index]) for row in (grid.columns, *grid.rows)) for index in range(len(grid.columns))]
    for row in (grid.columns, tuple("-" * width for width in widths), *grid.rows):
        yield "  ".join(
            text.rjust(width) if index in grid.numeric else text.ljust(width)
            for index, (text, width) in enumerate(zip(row, widths, strict=True))
        )
