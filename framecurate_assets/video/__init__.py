"""Videos: where they come from, what they are, and which of their frames are looked at."""
