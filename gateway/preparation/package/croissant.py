"""The package described for tools of machine learning: Croissant 1.1 with its responsible-AI terms.

Source: https://mlcommons.org/croissant/1.1. The context is the one that version's own tool writes.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from gateway.preparation.package.contents import Columns, Contents, DatasetPart

CROISSANT: Final = "croissant.json"
CONFORMS_TO: Final = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")

_CROISSANT_TERMS: Final = (
    "citeAs",
    "column",
    "equivalentProperty",
    "extract",
    "field",
    "fileObject",
    "fileProperty",
    "fileSet",
    "format",
    "includes",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
    "separator",
    "source",
    "subField",
    "transform",
)
_CONTEXT: Final[Mapping[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: f"cr:{name}" for name in _CROISSANT_TERMS},
}


def croissant(contents: Contents) -> bytes:
    """The file ``croissant.json``: every file with its hash, every record set with its fields, every licence."""
    document = {
        "@context": dict(_CONTEXT),
        "@type": "sc:Dataset",
        "conformsTo": list(CONFORMS_TO),
        "name": f"delivery-{contents.delivery.rsplit(':', 1)[-1]}",
        "description": (
            f"{contents.rows} records of {len(contents.parts)} datasets, delivered under licence. The use conditions"
            " are those of the agreements that `license` names; they stand in the folder `agreements`."
        ),
        "identifier": contents.delivery,
        "url": f"{contents.url}/deliveries/{contents.delivery.rsplit(':', 1)[-1]}/{CROISSANT}",
        "version": "1.0.0",
        "datePublished": contents.ordered.isoformat(),
        "creator": [{"@type": "sc:Organization", "@id": party} for party in _licensors(contents)],
        "license": [part.agreement for part in contents.parts],
        "usageInfo": [f"agreements/{part.name}.json" for part in contents.parts],
        "citeAs": f"Muniment delivery {contents.delivery}",
        "isLiveDataset": False,
        "rai:dataCollection": "Read from the platforms of the licensors at the time of the order.",
        "rai:dataPreprocessingProtocol": [
            "Rows of people who did not consent, or objected, were left out.",
            "Columns that are not licensed were left out, among them all free text that no agreement licenses.",
            "People stand under pseudonyms that are made anew for every licence.",
            "Records that came again under the same id were left out.",
        ],
        "rai:dataUseCases": f"Only: {contents.action} for {contents.purpose}.",
        "rai:dataLimitations": "Pseudonymised records remain personal data for whoever can tell people apart by them.",
        "rai:personalSensitiveInformation": _categories(contents),
        "distribution": [each for part in contents.parts for each in _distribution(part)],
        "recordSet": [_record_set(part) for part in contents.parts],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _licensors(contents: Contents) -> list[str]:
    return sorted({part.licensor for part in contents.parts})


def _categories(contents: Contents) -> list[str]:
    return sorted({each.declared.category for part in contents.parts for each in part.columns})


def _distribution(part: DatasetPart) -> list[dict[str, Any]]:
    files = [
        {
            "@type": "cr:FileObject",
            "@id": f"{part.name}/{shard.name}",
            "name": f"{part.name}/{shard.name}",
            "contentUrl": f"data/{part.name}/{shard.name}",
            "contentSize": f"{shard.size} B",
            "encodingFormat": "application/x-parquet",
            "sha256": shard.sha256,
        }
        for shard in part.shards
    ]
    files.append(
        {
            "@type": "cr:FileSet",
            "@id": f"{part.name}/shards",
            "name": f"{part.name}/shards",
            "description": f"All files of {part.title}.",
            "encodingFormat": "application/x-parquet",
            "includes": f"data/{part.name}/*.parquet",
        }
    )
    return files


def _record_set(part: DatasetPart) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": part.name,
        "name": part.name,
        "description": f"{part.kind.value} records of {part.title} ({part.platform}), {part.rows} rows.",
        "license": part.agreement,
        "field": [_field(part, each) for each in part.columns],
    }


def _field(part: DatasetPart, column: Columns) -> dict[str, Any]:
    name = column.declared.name
    return {
        "@type": "cr:Field",
        "@id": f"{part.name}/{name}",
        "name": f"{part.name}/{name}",
        "description": column.declared.description + (f" {column.transform}" if column.transform else ""),
        "dataType": _data_type(column.declared.type),
        "equivalentProperty": column.declared.category,
        "source": {"fileSet": {"@id": f"{part.name}/shards"}, "extract": {"column": name}},
    }


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "sc:DateTime"
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:Float" if pa.types.is_decimal(kind) else "sc:Text"
