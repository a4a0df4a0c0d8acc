"""Writes the reference pages and the published profile, which are made from the code.

Run it from the root of the repository: ``.venv/bin/python docs/generate.py``.

They are committed; a test compares them with what this module makes.
"""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from importlib.resources import files
from pathlib import Path
from typing import Final

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    Undefined,
    ast_from_value,
    is_specified_scalar_type,
    print_ast,
)

from connectors.kinds import COMMON, KINDS, Column
from docs.markdown import page, table
from docs.profile_ontology import ontology
from docs.profile_page import profile_page
from docs.profile_shapes import shapes
from gateway.api.kinds import KIND_DESCRIPTIONS, field_name, root_field
from gateway.api.schema import build_schema, graphql_schema
from gateway.settings import FILE_NAME, PREFIX, SourceSettings, described
from graph.journal.events import EVENT_TYPES
from tests.testkit.requirements import Group, groups, shown_by

DOCS: Final = Path(__file__).parent
PROFILE: Final = DOCS / "profile" / "1"
_TITLE: Final = re.compile(r"^# `([A-Z][A-Z0-9_]*)`: (.+)$")
_OF_KINDS: Final = ("Connection", "Edge", "Filter", "Column", "Order")


def pages() -> Mapping[Path, str]:
    """Every generated page and every published part of the profile, by its file."""
    return {
        DOCS / "reference" / "settings.md": settings_page(),
        DOCS / "reference" / "kinds.md": kinds_page(),
        DOCS / "reference" / "events.md": events_page(),
        DOCS / "reference" / "schema.md": schema_page(graphql_schema(build_schema())),
        DOCS / "reference" / "requirements.md": requirements_page(
            groups(DOCS / "requirements.toml"), shown_by(DOCS.parent)
        ),
        DOCS / "reference" / "profile.md": profile_page(),
        DOCS / "errors" / "index.md": errors_page(),
        PROFILE / "context.jsonld": (files("policies") / "contexts" / "profile.jsonld").read_text(encoding="utf-8"),
        PROFILE / "ontology.ttl": ontology(),
        PROFILE / "shapes.ttl": shapes(),
    }


def settings_page() -> str:
    """All settings with variable, default and meaning."""
    rows = [
        (f"`{name}`", _variable(name), f"`{default}`" if default not in {"", "()"} else "empty", about)
        for name, default, about in described()
    ]
    members = [
        f"- `{each.name}`: {_told(SourceSettings, each.name) or 'Its name, by which owners publish datasets from it.'}"
        for each in fields(SourceSettings)
    ]
    return page(
        "Settings",
        "For operators.",
        f"A setting comes from the command line, else from the environment, else from `{FILE_NAME}` in the folder of"
        " the store (or the file named with `--config`), else from the default. An unknown name stops the start:"
        " see [SETTING_INVALID](../errors/SETTING_INVALID.md).",
        table(("setting", "variable", "default", "meaning"), rows),
        "## Sources",
        "Each platform is one table `[[sources]]` of the file:",
        "\n".join(members),
        "Keys of `config` that every connector of this distribution knows under `terms` say what the operator knows of"
        " the platform's own terms: `ai_use`, `redistribution` (each `allowed`, `forbidden`, `contested` or `unknown`),"
        " `share_alike`, `attribution`, `source`.",
        '```toml\n[[sources]]\nid = "forum"\nconnector = "forum"\n\n[sources.config]\n'
        'base_url = "https://forum.example/api"\nplatform = "forum"\n```',
    )


def kinds_page() -> str:
    """The canonical kinds and their columns."""
    parts = [
        page(
            "Kinds of record",
            "For developers and authors of connectors.",
            "A connector turns what a platform has into one of these kinds. In GraphQL the columns are camelCase; every"
            " one is nullable. A person stands in a column of their own (marked *person*), so that consent and"
            " pseudonyms work on whole columns.",
            "## Columns of every kind",
            _columns(COMMON),
        )
    ]
    for kind, columns in KINDS.items():
        own = columns[len(COMMON) :]
        parts.append(
            f"\n## {kind.value}\n\n{KIND_DESCRIPTIONS[kind]} Root field: `{root_field(kind)}`.\n\n{_columns(own)}\n"
        )
    return "".join(parts)


def events_page() -> str:
    """Everything that the journal can record."""
    parts = [
        page(
            "Events",
            "For auditors and developers of the gateway.",
            "The journal knows these facts and no others. Parties, datasets and policies are named by IRI, documents by"
            " digest, people by keyed hashes; no name, no account and no free text stands in an event.",
        )
    ]
    for event in EVENT_TYPES.values():
        rows = [
            (
                f"`{each.name}`",
                f"`{_plain_type(each.type)}`",
                "no" if each.default is not MISSING or each.default_factory is not MISSING else "yes",
                _told(event, each.name),
            )
            for each in fields(event)
        ]
        told = table(("field", "type", "required", "meaning"), rows)
        parts.append(f"\n## {event.__name__}\n\n{_prose(event.__doc__)}\n\n{told}\n")
    return "".join(parts)


def schema_page(schema: GraphQLSchema) -> str:
    """The GraphQL interface: roots, then types by their form."""
    assert schema.query_type is not None  # noqa: S101  # a schema without queries is none
    assert schema.mutation_type is not None  # noqa: S101  # the same
    kinds = {kind.value for kind in KINDS}
    made = {f"{kind}{suffix}" for kind in kinds - {"Rating"} for suffix in _OF_KINDS}
    shown = [
        each
        for name, each in sorted(schema.type_map.items())
        if not name.startswith("__")
        and not is_specified_scalar_type(each)
        and name not in made
        and each not in {schema.query_type, schema.mutation_type}
    ]
    return page(
        "GraphQL schema",
        "For developers.",
        "`POST /graphql` with a bearer token. This page is made from the schema that the gateway serves. The types that"
        " belong to a kind (`RatingConnection`, `RatingEdge`, `RatingFilter`, `RatingColumn`, `RatingOrder`) are shown"
        " for `Rating`; those of the other kinds are alike, with their own columns.",
        "## Queries",
        _fields(schema.query_type.fields),
        "## Mutations",
        "Each takes one argument, `input`, and gives its result, `userErrors` and `query`.",
        _fields(schema.mutation_type.fields),
        *_section("## Objects", [each for each in shown if isinstance(each, GraphQLObjectType)]),
        *_section("## Interfaces", [each for each in shown if isinstance(each, GraphQLInterfaceType)]),
        *_section("## Inputs", [each for each in shown if isinstance(each, GraphQLInputObjectType)]),
        *_section("## Enums", [each for each in shown if isinstance(each, GraphQLEnumType)]),
        *_section("## Scalars", [each for each in shown if isinstance(each, GraphQLScalarType)]),
    )


def errors_page() -> str:
    """All codes with their meaning, as their own pages title it."""
    rows = []
    for file in sorted((DOCS / "errors").glob("*.md")):
        if file.stem != "index":
            lines = file.read_text(encoding="utf-8").splitlines()
            title = _TITLE.match(lines[0])
            if title is None or title[1] != file.stem:
                raise ValueError(file.name)
            reader = lines[2].strip("*.").removeprefix("For ")
            rows.append((f"[`{file.stem}`]({file.name})", title[2], reader))
    return page(
        "Errors",
        "For everybody.",
        "Every error, denial and hold has a stable code. Programs should look at the code; messages may change.",
        table(("code", "meaning", "for"), rows),
    )


def requirements_page(asked: Sequence[Group], shown: Mapping[str, Sequence[str]]) -> str:
    """What the use case asks for, and the tests that show it."""
    rows = [
        (
            f"[{group.title}](#{group.title.lower().replace(' ', '-')})",
            str(sum(row.id in shown for row in group.rows)),
            str(len(group.rows)),
        )
        for group in asked
    ]
    told = f"**{sum(int(row[1]) for row in rows)} of {sum(int(row[2]) for row in rows)}**"
    about = (
        f"{told} requirements of the use case MSF2024-LLM-001 are shown by tests. A test that shows a requirement names"
        " it with the marker `requirement`. A requirement counts only when its tests together show the whole of it; a"
        " test that may be skipped does not count."
    )
    parts = [about, table(("section", "shown", "of"), rows)]
    for group in asked:
        parts.append(f"## {group.title}")
        for row in group.rows:
            tests = "\n".join(f"- `{name}`" for name in shown.get(row.id, ()))
            parts += [f"### {row.id}", row.asks, f"*Shown when:* {row.shown}", tests or "Not yet."]
    return page("Requirements", "For auditors and developers of the gateway.", *parts)


def _variable(name: str) -> str:
    return "only in the file" if name == "sources" else f"`{PREFIX}{name.upper()}`"


def _columns(columns: Sequence[Column]) -> str:
    rows = [
        (
            f"`{each.name}`",
            f"`{field_name(each.name)}`",
            f"`{each.type}`" if "dictionary" not in str(each.type) else "`string` (dictionary)",
            each.sensitivity.value.replace("_", " "),
            f"`{each.category.rpartition('#')[2]}`",
            each.description + (f" Unit: {each.unit}." if each.unit else "") + (" *Person.*" if each.subject else ""),
        )
        for each in columns
    ]
    return table(("column", "in GraphQL", "type", "sensitivity", "category", "meaning"), rows)


def _told(owner: type, name: str) -> str:
    """What stands below a field in the source of its class."""
    body = ast.parse(inspect.cleandoc(inspect.getsource(owner))).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101  # the source of a class
    for field, after in zip(body.body, [*body.body[1:], None], strict=True):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=found)), ast.Expr(value=ast.Constant(value=str(text))) if (
                found == name
            ):
                return _prose(text)
            case _:
                continue
    return ""


def _prose(text: str | None) -> str:
    return " ".join((text or "").split()).replace("``", "`")


def _plain_type(kind: object) -> str:
    return (
        kind.__name__
        if isinstance(kind, type) and not hasattr(kind, "__args__")
        else re.sub(r"[a-z_]+(\.[a-z_]+)*\.", "", str(kind))
    )


def _section(title: str, types: Sequence[GraphQLNamedType]) -> Iterator[str]:
    yield title
    for each in types:
        yield f"### {each.name}"
        yield _prose(each.description)
        match each:
            case GraphQLObjectType() | GraphQLInterfaceType():
                yield _fields(each.fields)
            case GraphQLInputObjectType():
                rows = [
                    (f"`{name}`", f"`{field.type}`", _prose(field.description)) for name, field in each.fields.items()
                ]
                yield table(("field", "type", "meaning"), rows)
            case GraphQLEnumType():
                yield table(
                    ("value", "meaning"),
                    [(f"`{name}`", _prose(value.description)) for name, value in each.values.items()],
                )
            case _:
                continue


def _fields(given: Mapping[str, GraphQLField]) -> str:
    rows = []
    for name, field in sorted(given.items()):
        arguments = ", ".join(_argument(argument, each) for argument, each in field.args.items())
        rows.append((f"`{name}`", f"`{arguments}`" if arguments else "", f"`{field.type}`", _prose(field.description)))
    if not any(row[1] for row in rows):
        return table(("field", "type", "meaning"), [(row[0], *row[2:]) for row in rows])
    return table(("field", "arguments", "type", "meaning"), rows)


def _argument(name: str, argument: GraphQLArgument) -> str:
    given = argument.default_value
    if given is Undefined or given is None:
        return f"{name}: {argument.type}"
    default = ast_from_value(given, argument.type)
    return f"{name}: {argument.type} = {print_ast(default) if default else given}"


def main() -> None:
    """Write every page in its place."""
    for file, text in pages().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
