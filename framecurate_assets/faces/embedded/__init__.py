"""The embedded engine: every weight comes inside an installed package, so it needs no network."""
