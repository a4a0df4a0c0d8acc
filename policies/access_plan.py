"""A policy compiled against what one dataset declares: decided often, worked out once.

For each action that is asked for, everything that depends neither on the request's values nor on the state nor on the
clock is prepared: which permission decides, which columns it covers, the row predicate, transforms, joint sets, price.
What is left is a handful of comparisons. The decision equals that of ``policies.evaluate`` in every part; whatever this
module does not prepare it leaves to the interpreter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from policies.canonical import canonical_bytes, policy_hash
from policies.deciding.course import Course, course_of
from policies.evaluate import interpret
from policies.model import AccessRequest, DatasetFacts, Decision, LicenceStatus, Policy, PolicyClass, State
from policies.vocabulary import PROFILE, Iri, Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPlan:
    """The decisions of one agreement, with its mandates, over one dataset."""

    policy: Policy
    digest: str
    """The policy's hash."""
    dataset: DatasetFacts
    mandates: tuple[Policy, ...]
    vocabulary: Vocabulary
    party: Iri | None
    """The licensee, when the policy names exactly one."""
    target: Iri | None
    """The dataset, when the policy names exactly one."""
    _courses: dict[Iri, Course | None] = field(default_factory=dict, repr=False, compare=False)
    """By action; ``None`` where the interpreter decides. At most one for each action of the vocabulary."""

    def decide(self, request: AccessRequest, state: State, now: datetime) -> Decision:
        """The decision that ``policies.evaluate.evaluate`` comes to."""
        if (
            request.party == self.party
            and request.target == self.target
            and state.status is LicenceStatus.ACTIVE
            and (request.dataset is self.dataset or request.dataset == self.dataset)
            and not state.members
        ):
            course = self._course(request.action)
            if course is not None:
                return course.decide(request, state, now)
        return interpret(
            self.policy, self.digest, request, state, now, mandates=self.mandates, vocabulary=self.vocabulary
        )

    def _course(self, action: Iri) -> Course | None:
        courses = self._courses
        if action in courses:
            return courses[action]
        if action not in self.vocabulary.actions or self.party is None or self.target is None:
            return None
        courses[action] = course = course_of(
            self.policy,
            self.digest,
            self.mandates,
            action=action,
            party=self.party,
            target=self.target,
            dataset=self.dataset,
            vocabulary=self.vocabulary,
        )
        return course


def access_plan(
    policy: Policy,
    dataset: DatasetFacts,
    *,
    mandates: Sequence[Policy] = (),
    vocabulary: Vocabulary = PROFILE,
    digest: str = "",
) -> AccessPlan:
    """Compile a policy; cheap by itself, each action is prepared when it is first asked for.

    Args:
        policy: the agreement.
        dataset: what the dataset declares.
        mandates: Sets that narrow it.
        vocabulary: what is known.
        digest: the policy's hash, when it is known already.

    Raises:
        PolicyMalformedError: the policy or a mandate has no normal form; the interpreter denies then.
    """
    digest = digest or policy_hash(policy)
    for each in mandates:
        canonical_bytes(each)
    parties = {rule.assignee for rule in policy.permissions}
    targets = {rule.target.source for rule in policy.permissions}
    sole = policy.policy_class is PolicyClass.AGREEMENT and len(parties) == len(targets) == 1
    return AccessPlan(
        policy=policy,
        digest=digest,
        dataset=dataset,
        mandates=tuple(mandates),
        vocabulary=vocabulary,
        party=parties.pop() if sole else None,
        target=targets.pop() if sole else None,
    )
