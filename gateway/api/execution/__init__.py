"""How one GraphQL operation becomes one run of the read path and one answer."""
