"""The provenance graph: projected from the journal, readable as W3C PROV."""
