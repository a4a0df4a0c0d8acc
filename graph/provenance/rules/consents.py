"""Rules of consent: notices and counts. Who consented, withdrew or objected is never shown."""

from graph.journal.events import ConsentsGiven, ConsentWithdrawn, ObjectionRaised
from graph.provenance.model import notice_id, platform_id
from graph.provenance.rules.template import Template
from graph.provenance.vocabulary import EdgeType, Label


def consents_given(event: ConsentsGiven, template: Template) -> None:
    """A batch of consents to one notice."""
    notice = template.node(notice_id(event.notice), Label.CONSENT_NOTICE, digest=event.notice)
    batch = template.own(Label.CONSENT_BATCH, count=event.count)
    template.edge(batch, EdgeType.SPECIALIZATION_OF, notice)
    template.edge(notice, EdgeType.ABOUT, _platform(event.platform, template))


def consent_withdrawn(event: ConsentWithdrawn, template: Template) -> None:
    """Somebody took consent back, of one notice or of all of a platform."""
    # WHY: the party that recorded it is often the subject herself; no edge leads to her.
    change = template.own(Label.CONSENT_CHANGE, kind="WITHDRAWN")
    template.edge(change, EdgeType.ABOUT, _platform(event.platform, template))
    if event.notice:
        notice = template.node(notice_id(event.notice), Label.CONSENT_NOTICE, digest=event.notice)
        template.edge(change, EdgeType.ABOUT, notice)


def objection_raised(event: ObjectionRaised, template: Template) -> None:
    """Somebody objected to the use of their rows on another basis than consent."""
    change = template.own(Label.CONSENT_CHANGE, kind="OBJECTED")
    template.edge(change, EdgeType.ABOUT, _platform(event.platform, template))


def _platform(platform: str, template: Template) -> str:
    return template.node(platform_id(platform), Label.PLATFORM, platform=platform)
