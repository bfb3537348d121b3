"""Videos: what a file is, and which of its frames are looked at."""
