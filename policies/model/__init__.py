"""The values that policies speak of: requests, state and decisions, and the rules of ODRL."""
