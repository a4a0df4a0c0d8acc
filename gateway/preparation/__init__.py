"""Vectorised transforms of record columns: they serve queries now and bulk preparation later."""
