"""What a policy must be to become a stored one, and where in it something is; the door is ``policies.validate``."""
