"""Bringing sources into the data folder: what is good enough, what is not and why, and when to try again."""
