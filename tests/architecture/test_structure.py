import ast
import re
from collections.abc import Iterator

import pytest

from gateway.exchange.read import pipeline
from tests.architecture.packages import ROOT, sources, trees

STEPS = ("authenticate", "plan", "decide", "fetch", "mask", "commit", "respond", "project")
LONGEST = 400


def test_the_eight_steps_stand_in_one_file_in_order() -> None:
    lines = (pipeline.__doc__ or "").splitlines()
    steps = [line.split(":")[0].split(". ")[1].strip() for line in lines if re.match(r"\d\. ", line)]

    assert tuple(steps) == STEPS


def test_the_run_calls_the_steps_in_order() -> None:
    source = (ROOT / "gateway/exchange/read/pipeline.py").read_text(encoding="utf-8")
    run = source[source.index("async def run(") :]

    marks = [int(mark) for mark in re.findall(r"#\s*(\d)", run.split("\n\n\n")[0].replace("2, 3", "2"))]

    assert marks == sorted(marks)
    assert {1, 2, 4, 5, 6, 7, 8} <= set(marks)


def test_files_hold_one_concept() -> None:
    long = {str(path.relative_to(ROOT)): count for path in sources() if (count := _lines(path.read_text())) > LONGEST}

    assert long == {}


def _lines(text: str) -> int:
    return text.count("\n")


def test_values_are_frozen() -> None:
    """A dataclass is frozen unless its name says that it is being built."""
    mutable = [
        f"{path}: {node.name}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and _is_mutable_dataclass(node) and not node.name.startswith("_")
    ]

    assert mutable == []


def _is_mutable_dataclass(node: ast.ClassDef) -> bool:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Name) and decorator.id == "dataclass":
            return True
        if (
            isinstance(decorator, ast.Call)
            and isinstance(decorator.func, ast.Name)
            and decorator.func.id == "dataclass"
        ):
            return not any(word.arg == "frozen" for word in decorator.keywords)
    return False


def test_comments_say_why_or_what_always_holds() -> None:
    loose = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.match(r"\s*# ?(TODO|FIXME|XXX|HACK)", line)
    ]

    assert loose == []


@pytest.mark.requirement("R2")
def test_only_policies_make_permitting_decisions() -> None:
    """No decision is made or changed outside the core, and nothing is handed the permitting effect."""
    found = [
        f"{path}: {what}"
        for path, tree in trees()
        if path.parts[0] != "policies"
        for node in ast.walk(tree)
        for what in _deciding(node)
    ]

    assert found == []


def test_inside_policies_one_file_makes_decisions_and_one_derives_a_template() -> None:
    found = {
        (what, str(path))
        for path, tree in trees()
        if path.parts[0] == "policies"
        for node in ast.walk(tree)
        for what in _deciding(node)
    }

    assert found == {
        ("Decision(…)", "policies/deciding/outcome.py"),
        ("a constructor is handed Effect.PERMIT", "policies/deciding/outcome.py"),
        ("_replace", "policies/deciding/course.py"),
        ("policies.deciding.outcome", "policies/deciding/course.py"),
        ("policies.deciding.outcome", "policies/evaluate.py"),
    }


@pytest.mark.parametrize(
    "code",
    [
        "from policies.deciding.outcome import permit",
        "from policies.deciding import outcome",
        "import policies.deciding.outcome",
        "from policies.evaluate import permit as allow\nallow(columns=columns)\npermit(columns=columns)",
        "course.permit_part(whole, columns, transforms, limit)",
        "from policies.model import Decision as Answer",
        "Answer = Decision",
        "Decision(effect=effect)",
        "tuple.__new__(Decision, values)",
        "type(decision)(*decision)",
        "decision._replace(effect=effect)",
        "msgspec.convert(values, type=Decision)",
        "make(Effect.PERMIT)",
    ],
)
def test_every_way_to_a_permitting_decision_is_known(code: str) -> None:
    assert [what for node in ast.walk(ast.parse(code)) for what in _deciding(node)]


def _deciding(node: ast.AST) -> Iterator[str]:
    """The ways to come to a decision: making one, changing one, calling who makes it."""
    yield from _reaching(node)
    match node:
        case ast.Assign(value=ast.Name(id="Decision") | ast.Attribute(attr="Decision")):
            yield "Decision under another name"
        case ast.Attribute(attr="_replace" | "_make"):
            yield node.attr
        case ast.Attribute(value=ast.Name(id="tuple"), attr="__new__"):
            yield "tuple.__new__"
        case ast.Call(func=ast.Name(id="Decision") | ast.Attribute(attr="Decision")):
            yield "Decision(…)"
            yield from _permitting(node)
        case ast.Call():
            yield from _permitting(node)
        case _:
            pass


def _reaching(node: ast.AST) -> Iterator[str]:
    """The ways to reach what makes decisions."""
    match node:
        case ast.ImportFrom(names=names) if any(each.name == "Decision" and each.asname for each in names):
            yield "Decision under another name"
        case ast.ImportFrom(module=str(module), names=names):
            if "policies.deciding.outcome" in {module, *(f"{module}.{each.name}" for each in names)}:
                yield "policies.deciding.outcome"
        case ast.Import(names=names) if any(each.name == "policies.deciding.outcome" for each in names):
            yield "policies.deciding.outcome"
        case ast.Name(id="permit" | "permit_part") | ast.Attribute(attr="permit" | "permit_part"):
            yield "policies.deciding.outcome"
        case _:
            pass


def _permitting(call: ast.Call) -> Iterator[str]:
    values = [*call.args, *(word.value for word in call.keywords)]
    if any(isinstance(each, ast.Name | ast.Attribute) and ast.unparse(each).endswith("Decision") for each in values):
        yield "Decision is handed on"
    if isinstance(call.func, ast.Call) and ast.unparse(call.func.func) == "type":
        yield "type(…)(…)"
    if any(isinstance(each, ast.Attribute) and ast.unparse(each).endswith("Effect.PERMIT") for each in values):
        yield "a constructor is handed Effect.PERMIT"
