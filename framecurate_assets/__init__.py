"""framecurate: videos become frames become faces become people become a dataset."""

__version__ = "0.1.0"
