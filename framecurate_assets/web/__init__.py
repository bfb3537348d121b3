"""Asking sites and fetching from them: the only room that sends anything over a network for a video."""
