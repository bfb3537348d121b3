"""What is missing or stale in a lake, told from the lake alone: Dagster's history may be lost, the files decide."""
