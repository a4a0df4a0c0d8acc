"""The preparation report: what was read, what was left out and why, and how complete what leaves is.

One set of facts, told twice: ``report.md`` for reading anywhere, ``report.html`` with pictures.
"""

from collections.abc import Iterator
from html import escape
from typing import Final

from gateway.preparation.package.contents import Contents, DatasetPart
from gateway.preparation.package.told import removals, rules_by_stage, share

REPORT: Final = "report.md"
PICTURED: Final = "report.html"

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;"
    "background:#fff}table{border-collapse:collapse;width:100%;margin:1rem 0}caption{text-align:left;font-weight:600}"
    "th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #c7c7cf}td.n{text-align:right}"
    "svg{width:12rem;height:.9rem}code{overflow-wrap:anywhere}"
)


def report(contents: Contents) -> bytes:
    """The file ``report.md``."""
    return ("\n".join(_lines(contents)) + "\n").encode()


def pictured(contents: Contents) -> bytes:
    """The file ``report.html``: one page, no script, nothing fetched; every bar stands beside its figure."""
    body = "".join(_page(contents))
    title = f"Preparation of {escape(contents.delivery)}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>\n"
    ).encode()


def _lines(contents: Contents) -> Iterator[str]:
    yield f"# Preparation of `{contents.delivery}`"
    yield ""
    yield f"{contents.rows:,} rows of {len(contents.parts)} datasets leave, for `{contents.licensee}`."
    for part in contents.parts:
        yield ""
        yield f"## {part.title}"
        yield ""
        yield _counted(part)
        yield ""
        yield "| left out because of | rows |"
        yield "|---|---:|"
        for why, rows in removals(part):
            yield f"| {why} | {rows:,} |"
        yield ""
        yield "| column | has a value | done to it |"
        yield "|---|---:|---|"
        for each in part.columns:
            yield f"| `{each.declared.name}` | {share(each.filled, part.rows)} | {each.transform or 'nothing'} |"
        yield ""
        yield _left_out(part)
        yield _checked(part)
        yield ""
        yield "| stage | rule that was applied | because of |"
        yield "|---|---|---|"
        for stage, rule, basis in rules_by_stage(part):
            yield f"| {stage} | {rule} | {basis} |"


def _page(contents: Contents) -> Iterator[str]:
    yield (
        f"<p>{contents.rows:,} rows of {len(contents.parts)} datasets leave, for"
        f" <code>{escape(contents.licensee)}</code>.</p>"
    )
    for part in contents.parts:
        yield f"<h2>{escape(part.title)}</h2>"
        yield f"<p>{escape(_counted(part))}</p>"
        yield "<table><caption>What became of the rows</caption>"
        yield _head("rows", "how many", "share")
        for why, rows in (("that leave", part.rows), *((f"left out: {why}", rows) for why, rows in removals(part))):
            yield _row(escape(why), f"{rows:,}", rows, part.fetched)
        yield "</tbody></table><table><caption>How complete each column is</caption>"
        yield _head("column", "has a value", "share")
        for each in part.columns:
            done = f" ({escape(each.transform)})" if each.transform else ""
            yield _row(
                f"<code>{each.declared.name}</code>{done}", share(each.filled, part.rows), each.filled, part.rows
            )
        yield f"</tbody></table><p>{escape(_left_out(part))}</p><p>{escape(_checked(part))}</p>"
        yield "<table><caption>Which rules were applied in each stage</caption>"
        yield _head("stage", "rule", "because of")
        for stage, rule, basis in rules_by_stage(part):
            yield f'<tr><th scope="row">{stage}</th><td>{escape(rule)}</td><td>{escape(basis)}</td></tr>'
        yield "</tbody></table>"


def _head(*names: str) -> str:
    cells = "".join(f'<th scope="col">{each}</th>' for each in names)
    return f"<thead><tr>{cells}</tr></thead><tbody>"


def _row(name: str, figure: str, part: int, whole: int) -> str:
    width = 100 * part / whole if whole else 0
    told = f"{part:,} of {whole:,} rows"
    return (
        f'<tr><th scope="row">{name}</th><td class="n">{figure}</td><td><svg viewBox="0 0 100 8" role="img"'
        f' aria-label="{told}" preserveAspectRatio="none"><rect width="100" height="8" fill="#e4e4ea"/>'
        f'<rect width="{width:.1f}" height="8" fill="#2f5d9b"/></svg></td></tr>'
    )


def _counted(part: DatasetPart) -> str:
    counted = f"{part.fetched:,} rows were read, {part.removed.total:,} left out, {part.rows:,} leave."
    if part.rows < part.within_quota or part.within_quota >= part.asked:
        return counted
    return (
        f"{counted} Only {part.within_quota:,} of the {part.asked:,} rows that were ordered are within the quota of the"
        " licence."
    )


def _left_out(part: DatasetPart) -> str:
    if not part.left_out:
        return "Every column that the source fills is licensed."
    return "Columns that are not licensed, and were not taken: " + ", ".join(part.left_out) + "."


def _checked(part: DatasetPart) -> str:
    if not part.checked:
        return "No rule of quality is set for this kind of record."
    return "Checked on every row: " + "; ".join(part.checked) + "."
