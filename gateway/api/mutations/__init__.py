"""Mutations, one module per area: translate the input, call the use case, give its view or the caller's mistakes."""
