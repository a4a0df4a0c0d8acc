"""The door to platforms: the contract of a connector, the canonical kinds, the engine, and the connectors themselves."""
