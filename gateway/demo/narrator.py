"""Who tells the story: the port, and the narrator that says nothing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from typing_extensions import override

from gateway.demo.facts import Document, Fact, StepFacts


class Narrator(Protocol):
    """Shows the story as it happens; what it shows of a step is exactly the step's facts."""

    def opening(self, world: Mapping[str, Fact]) -> None:
        """The story begins, on these platforms."""
        ...

    def step(self, number: int, title: str) -> None:
        """A step begins."""
        ...

    def doing(self, what: str) -> None:
        """Something that may take a moment begins."""
        ...

    def progress(self, what: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
        """Something long begins; call the given function with every advance, in the units of ``total``."""
        ...

    def told(self, step: StepFacts) -> None:
        """A step came out well."""
        ...

    def closing(self, document: Document) -> None:
        """The story is over, or broke off."""
        ...

    def ended_early(self) -> None:
        """Somebody ended the story: nothing moves any more, and the next line is free."""
        ...


class SilentNarrator(Narrator):
    """Says nothing: the document alone is wanted."""

    @override
    def opening(self, world: Mapping[str, Fact]) -> None:
        return

    @override
    def step(self, number: int, title: str) -> None:
        return

    @override
    def doing(self, what: str) -> None:
        return

    @contextmanager
    @override
    def progress(self, what: str, total: int) -> Iterator[Callable[[int], None]]:
        yield lambda _: None

    @override
    def told(self, step: StepFacts) -> None:
        return

    @override
    def closing(self, document: Document) -> None:
        return

    @override
    def ended_early(self) -> None:
        return
