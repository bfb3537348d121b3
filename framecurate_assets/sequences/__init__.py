"""Temporal sequences: a person's best moment, decoded at a fixed step, the same person verified in each frame."""
