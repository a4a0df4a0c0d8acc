"""The demo's own names, in place of IRIs."""

from collections.abc import Iterable, Mapping, Sequence

from gateway.demo.story import Story


def names(story: Story) -> Mapping[str, str]:
    """The demo's name of a dataset, by its IRI."""
    return {iri: name for name, iri in story.learned.datasets.items()}


def named(story: Story, sentences: Iterable[str]) -> Sequence[str]:
    """The sentences with the names of roles and datasets in place of their IRIs."""
    return [_named(story, each) for each in sentences]


def _named(story: Story, sentence: str) -> str:
    for iri, name in names(story).items():
        sentence = sentence.replace(iri, name)
    return story.cast.named(sentence) or ""
