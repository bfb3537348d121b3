"""People: who has which number, and what people said about it."""
