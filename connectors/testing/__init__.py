"""The conformance kit for authors of connectors."""
