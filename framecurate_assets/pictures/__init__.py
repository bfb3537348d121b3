"""Pictures: the few operations on images that more than one room needs."""
