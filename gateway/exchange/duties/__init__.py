"""What is owed after rows have left: filed with the act it follows from, fulfilled by a signed statement."""
