"""Whole cases: an agreement, its mandates, a request that all but fits, and the state of the world.

A case is made of the bytes of one draw. What is true is chosen first, and the terms are made to fit it, all but one at
most; so permits are common, and each denial has few causes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Final

from hypothesis import strategies as st

from policies.model import (
    AccessRequest,
    Action,
    ColumnMode,
    Condition,
    Constraint,
    LicenceStatus,
    Permission,
    Policy,
    PolicyClass,
    Prohibition,
    State,
    Target,
    atoms,
    duties_of,
)
from policies.vocabulary import (
    DATE_TIME,
    DISTRIBUTE,
    EVALUATE,
    FINE_TUNE,
    GROUND,
    PRETRAIN,
    REIDENTIFY,
    SELL,
    USE,
    Iri,
    Operator,
)
from tests.testkit import case_terms
from tests.testkit.case_duties import duties, obligations, remedies
from tests.testkit.case_world import DAY, UNHEARD, Dataset, World, a_world, moment
from tests.testkit.policies import ASSET, LICENCE, LICENSEE, OWNER
from tests.testkit.tape import Tape

GROUP: Final = Iri("urn:group:licensees")
SHELF: Final = Iri("urn:shelf:reviews")
"""Collections that the licensee and the dataset belong to."""
_EAST: Final = timezone(timedelta(hours=5))
_BYTES: Final = 360
_CLASSES: Final = (PolicyClass.OFFER, PolicyClass.REQUEST, PolicyClass.SET)
_KINDS: Final = ("other", "idle", "idle", "unsure", "columns", "columns", "rows", "rows", "both", "action", "all")
_ENDED: Final = (LicenceStatus.SUSPENDED, LicenceStatus.EXPIRED, LicenceStatus.TERMINATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that a decision depends on, rows to apply it to, and choices for what a test wants to change."""

    policy: Policy
    mandates: tuple[Policy, ...]
    request: AccessRequest
    state: State
    now: datetime
    dataset: Dataset
    tape: Tape
    world: World


def build(content: bytes) -> Case:
    """The case that the bytes stand for."""
    tape = Tape(content)
    world = a_world(tape)
    bound = {"assigner": OWNER, "assignee": GROUP if tape.chance(5) else LICENSEE}
    asset = SHELF if tape.chance(4) else ASSET
    action = tape.one_of((FINE_TUNE, FINE_TUNE, EVALUATE, USE))
    policy = Policy(
        uid=LICENCE,
        policy_class=tape.one_of(_CLASSES) if tape.chance(2) else PolicyClass.AGREEMENT,
        permissions=tuple(_permissions(action, asset, bound, world)),
        prohibitions=tuple(_prohibitions(LICENCE, asset, bound, action, world)),
        obligations=obligations(LICENCE, {**bound, "target": Target(source=asset)}, world, 2),
    )
    mandates = tuple(_mandate(number, asset, action, world) for number in range(_how_many(tape)))
    return Case(
        policy=policy,
        mandates=mandates,
        request=_request(action, world),
        state=_state(bound, asset, world),
        now=_now(world),
        dataset=world.dataset,
        tape=tape,
        world=world,
    )


CASES: Final = st.binary(min_size=_BYTES, max_size=_BYTES).map(build)


def operands_of(case: Case) -> set[Iri]:
    """Every left operand of the agreement and its mandates."""
    return {each.left for policy in (case.policy, *case.mandates) for each in constraints_of(policy)}


def constraints_of(policy: Policy) -> Iterator[Constraint]:
    """Every constraint, wherever it stands."""
    for rule in policy.rules:
        for each in (rule, *duties_of(rule)):
            target = each.target.refinements if each.target is not None else ()
            yield from atoms((*target, *each.action.refinements, *each.constraints))


def a_prohibition(uid: str, case: Case) -> Prohibition:
    """One more prohibition that has to do with what is asked."""
    action = case.policy.permissions[0].action.term
    return next(_prohibition(uid, ASSET, {"assigner": OWNER, "assignee": LICENSEE}, action, case.world))


def a_mandate(number: int, case: Case) -> Policy:
    """One more mandate."""
    return _mandate(number, ASSET, case.policy.permissions[0].action.term, case.world)


def _how_many(tape: Tape) -> int:
    return tape.one_of((0, 0, 0, 0, 0, 0, 1, 1, 1, 2))


def _permissions(action: Iri, asset: Iri, bound: Any, world: World) -> Iterator[Permission]:
    uid = Iri(f"{LICENCE}#p1")
    yield _permission(uid, asset, action, bound, world, most=3)
    if action != USE and world.tape.chance(10):
        # WHY: of two permissions one decides; the other one must not show.
        yield _permission(Iri(f"{LICENCE}#p2"), asset, GROUND, bound, replace(world, deviating=-1), most=1)


def _permission(uid: Iri, asset: Iri, action: Iri, bound: Any, world: World, *, most: int) -> Permission:
    tape = world.tape
    drawn = _drawn(case_terms.CAPS, tape, 40)
    # WHY: of two caps on one counter the smaller one binds, and it is guarded once.
    twice = drawn[:1] if tape.chance(15) else []
    caps = dict.fromkeys(case_terms.cap(left, uid, world) for left in (*drawn, *twice))
    refined = case_terms.conditions(case_terms.ACTIONS, world, 1) if tape.chance(40) else ()
    return Permission(
        uid=uid,
        target=Target(source=asset, refinements=_refinements(world, most)),
        action=Action(term=action, refinements=refined),
        constraints=tape.shuffled([*case_terms.conditions(case_terms.ACCESS, world, most), *caps]),
        duties=duties(uid, world, most) if tape.chance(55) else (),
        **bound,
    )


def _drawn(lefts: Sequence[Iri], tape: Tape, percent: float) -> list[Iri]:
    return tape.some(lefts, 2) if tape.chance(percent) else []


def _refinements(world: World, most: int) -> tuple[Condition, ...]:
    tape = world.tape
    found: list[Condition] = []
    if tape.chance(65):
        found += case_terms.conditions(case_terms.COLUMNS, world, most)
    if tape.chance(50):
        found += case_terms.conditions(case_terms.ROWS, world, most)
    if tape.chance(12):
        found.append(case_terms.joint(world))
    if tape.chance(40):
        transformed = world.selected if tape.chance(60) else world.dataset.columns
        found += [case_terms.transform(name, world) for name in tape.some(transformed, 2)]
    return tape.shuffled(list(dict.fromkeys(found)))


def _prohibitions(policy: str, asset: Iri, bound: Any, action: Iri, world: World) -> Iterator[Prohibition]:
    for number, forbidden in enumerate((DISTRIBUTE, REIDENTIFY)):
        if world.tape.chance(40):
            uid = Iri(f"{policy}#n{number}")
            yield Prohibition(uid=uid, target=Target(source=asset), action=Action(term=forbidden), **bound)
    if world.tape.chance(35):
        yield from _prohibition(f"{policy}#n3", asset, bound, action, world)


def _prohibition(uid: str, asset: Iri, bound: Any, action: Iri, world: World) -> Iterator[Prohibition]:
    """Of another action, under a condition, of columns, of rows, or of everything."""
    tape = world.tape
    kind = tape.one_of(_KINDS)
    if tape.chance(15):
        asset, bound = tape.one_of((asset, SHELF)), {**bound, "assignee": GROUP}
    forbidden = tape.one_of((SELL, PRETRAIN)) if kind == "other" else tape.one_of((action, action, USE))
    constraints: tuple[Condition, ...] = ()
    refined: tuple[Condition, ...] = ()
    if kind in {"idle", "unsure"} or tape.chance(15):
        left = (
            world.missing if kind == "unsure" and world.missing in case_terms.ACCESS else tape.one_of(case_terms.ACCESS)
        )
        constraints = (case_terms.term(left, world, fits=kind not in {"idle", "unsure"}),)
    if kind == "action":
        refined = (case_terms.term(tape.one_of(case_terms.ACTIONS), world, fits=False),)
    spared = replace(world, selected=world.selected[1:], consulted=(), deviating=-1)
    columns = (case_terms.condition(case_terms.COLUMNS, spared),) if kind in {"columns", "both"} else ()
    rows = (case_terms.condition(case_terms.ROWS, spared),) if kind in {"rows", "both"} else ()
    yield Prohibition(
        uid=Iri(uid),
        target=Target(source=asset, refinements=(*columns, *rows)),
        action=Action(term=forbidden, refinements=refined),
        constraints=constraints,
        remedies=remedies(uid, world),
        **bound,
    )


def _mandate(number: int, asset: Iri, action: Iri, world: World) -> Policy:
    tape = world.tape
    uid = Iri(f"urn:mandate:{number}")
    bound = {"assigner": Iri("urn:party:authority"), "assignee": tape.one_of((LICENSEE, LICENSEE, None, GROUP))}
    covered = tape.one_of((action, action, USE, PRETRAIN, FINE_TUNE))
    permission = _permission(Iri(f"{uid}#p1"), asset, covered, bound, world, most=1)
    # WHY: most mandates are in force; one that is over, or has not begun, binds nobody.
    begun, over = (-1, 9) if tape.chance(85) else tape.one_of(((-9, -1), (1, 9)))
    validity = (
        Constraint(left=DATE_TIME, operator=Operator.GTEQ, right=(moment(begun),)),
        Constraint(left=DATE_TIME, operator=Operator.LT, right=(moment(over),)),
    )
    mandate = Policy(
        uid=uid,
        policy_class=PolicyClass.OFFER if tape.chance(1) else PolicyClass.SET,
        permissions=(replace(permission, constraints=(*permission.constraints, *validity)),),
        obligations=obligations(uid, {**bound, "target": Target(source=asset)}, world, 1),
    )
    if not tape.chance(20):
        return mandate
    return replace(mandate, prohibitions=tuple(_prohibition(f"{uid}#n1", asset, bound, action, world)))


def _request(action: Iri, world: World) -> AccessRequest:
    tape = world.tape
    asked = tape.one_of((FINE_TUNE, FINE_TUNE, USE)) if action == USE else action
    if tape.chance(3):
        asked = tape.one_of((GROUND, USE, DISTRIBUTE, UNHEARD))
    both = tape.chance(30)
    return AccessRequest(
        party=tape.one_of((OWNER, UNHEARD)) if tape.chance(1) else LICENSEE,
        action=asked,
        target=UNHEARD if tape.chance(1) else ASSET,
        selected=frozenset({*world.selected, "elsewhere"} if tape.chance(1) else world.selected),
        filtered=frozenset(world.consulted),
        ordered=frozenset(world.consulted[:1] if both else ()),
        dataset=world.facts,
        values=world.values,
        rows=tape.number(1, 100),
        mode=ColumnMode.REFUSE if tape.chance(30) else ColumnMode.OMIT,
    )


def _state(bound: Any, asset: Iri, world: World) -> State:
    tape = world.tape
    known = bound["assignee"] == GROUP or asset == SHELF or tape.chance(20)
    members = {GROUP: frozenset({LICENSEE}), SHELF: frozenset({ASSET})} if known and not tape.chance(5) else {}
    return State(
        status=tape.one_of(_ENDED) if tape.chance(2) else LicenceStatus.ACTIVE,
        usage=world.usage,
        evidence=tape.shuffled(world.evidence),
        released=frozenset([*world.released, *(tape.some(world.dataset.columns, 2) if tape.chance(15) else ())]),
        effective=moment(-90),
        first_delivery=world.first_delivery,
        ended=world.ended,
        members=members,
    )


def _now(world: World) -> datetime:
    tape = world.tape
    if tape.chance(1):
        return world.now.replace(tzinfo=None)
    if tape.chance(5):
        return world.now.astimezone(_EAST)
    return world.now - 61 * DAY if tape.chance(1) else world.now
