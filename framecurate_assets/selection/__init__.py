"""Selection: the few pictures of a person that are worth keeping, and the dataset folder."""
