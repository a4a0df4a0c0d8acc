"""``python -m gateway.api.print_schema [FILE]``: the schema as text, sorted. Makes the tests' snapshot."""

import sys
from pathlib import Path

from graphql import build_schema as build_ast
from graphql import lexicographic_sort_schema, print_schema

from gateway.api.schema import build_schema


def schema_text() -> str:
    """The schema in the schema definition language, sorted, with descriptions."""
    return print_schema(lexicographic_sort_schema(build_ast(build_schema().as_str()))) + "\n"


def main() -> None:
    """Write the schema to the named file, or to standard output."""
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
    else:
        sys.stdout.write(schema_text())


if __name__ == "__main__":
    main()
