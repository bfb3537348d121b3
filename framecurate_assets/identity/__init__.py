"""Identity: which faces are the same person, and what that person is called."""
