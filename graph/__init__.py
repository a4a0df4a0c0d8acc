"""The record: the journal of what happened, the registers of what holds, and the provenance graph made from them."""
