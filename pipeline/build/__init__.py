"""From data to a verdict: the stages of a fine-tune as one chain that can be resumed."""
