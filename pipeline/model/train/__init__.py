"""Training a LoRA adapter: data in, an adapter folder out."""
