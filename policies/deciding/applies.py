"""Whether a rule is about this access: its party, its target, its action."""

from policies.deciding.access import Situation
from policies.model import Verdict, verdict
from policies.vocabulary import Iri


def party_matches(assignee: Iri | None, situation: Situation) -> bool:
    """Whether the rule binds who asks: the named party, a member of the named collection, or anybody."""
    return assignee is None or situation.is_or_belongs_to(assignee, situation.request.party)


def permitted_action(action: Iri, situation: Situation) -> Verdict:
    """Whether what is asked is the permitted action or included in it."""
    return verdict(situation.vocabulary.includes(action, situation.request.action))


def forbidden_action(action: Iri, situation: Situation) -> Verdict:
    """Whether what is asked is the forbidden action, included in it, or includes it."""
    vocabulary, asked = situation.vocabulary, situation.request.action
    if vocabulary.includes(action, asked) or vocabulary.includes(asked, action):
        return Verdict.SATISFIED
    return permitted_action(action, situation)
