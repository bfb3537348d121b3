"""Erasing a video or a person: what there is of them, what goes with it, and taking it out of every table and file."""
