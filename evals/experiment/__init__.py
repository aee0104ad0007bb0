"""What a habit in the data costs: one training on several versions of it, asked and counted."""
