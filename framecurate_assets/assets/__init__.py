"""The assets: one module a stage. Thin: read, call the domain, write, describe."""
