"""The story as plain text, in lines of 80 characters: for pipes, logs and small terminals."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TextIO, assert_never

from typing_extensions import override

from gateway.demo.facts import Document, Fact, StepFacts
from gateway.demo.narrator import Narrator
from gateway.demo.shapes import Grid, Items, Line, Pairs, Shape, shape, shapes
from gateway.demo.tables import laid_out, wrapped

_WIDTH: Final = 80
_INDENT: Final = " " * 3
_DEEPER: Final = " " * 5
_DEEPEST: Final = " " * 7


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
            self._say(*wrapped(f"already done: {done}", _WIDTH, first=_INDENT, rest=_DEEPER))
        self._show_all(shapes(step.told.facts))
        self._say(f"   ({step.elapsed_ms:,} ms)")

    @override
    def closing(self, document: Document) -> None:
        self._say("")
        if document.failure is not None:
            return
        self._show_all((*shape("summary", document.summary), *shape("measured", document.measured)))
        for each in document.go_on:
            self._say("", *wrapped(f"{each.to}:", _WIDTH, first=_INDENT, rest=_DEEPER), f"{_DEEPER}{each.run}")

    @override
    def ended_early(self) -> None:
        return

    def _show_all(self, parts: Iterable[Shape]) -> None:
        for each in parts:
            self._show(each)

    def _show(self, what: Shape) -> None:
        match what:
            case Line():
                self._say(*_line(what, _INDENT, _DEEPER))
            case Pairs(label=label, lines=lines):
                self._say(f"{_INDENT}{label}:", *(line for each in lines for line in _line(each, _DEEPER, _DEEPEST)))
            case Items(label=label, texts=texts):
                items = (wrapped(each, _WIDTH, first=f"{_DEEPER}- ", rest=_DEEPEST) for each in texts)
                self._say(f"{_INDENT}{label}:", *(line for each in items for line in each))
            case Grid(label=label):
                table = laid_out(what, _WIDTH - len(_DEEPER))
                self._say(f"{_INDENT}{label}:", *(f"{_DEEPER}{line}" for line in (*table.header, *table.body)))
            case _:
                assert_never(what)

    def _say(self, *lines: str) -> None:
        for line in lines:
            print(line.rstrip(), file=self._out, flush=True)


def _line(line: Line, first: str, rest: str) -> tuple[str, ...]:
    return wrapped(f"{line.label}: {line.text}", _WIDTH, first=first, rest=rest)
