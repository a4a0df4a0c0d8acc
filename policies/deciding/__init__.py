"""How a decision comes about, part by part; the doors are ``policies.evaluate``, ``access_plan`` and ``explain``."""
