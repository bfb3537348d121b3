"""What is done with one video, wherever it is done: pieces of work that a worker takes, without Dagster."""
