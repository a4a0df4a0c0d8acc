"""The registers: what holds now, kept beside the log in the same transaction, and made from the events alone."""
