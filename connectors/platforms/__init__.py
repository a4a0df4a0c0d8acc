"""The connectors that come with the product; none imports another."""
