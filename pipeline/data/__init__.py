"""Reading, auditing, cleaning and writing training data."""
