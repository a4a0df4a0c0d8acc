"""The door to platforms: contract, canonical kinds, engine, and the connectors themselves."""
