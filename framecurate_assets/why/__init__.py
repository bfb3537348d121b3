"""Why something is in the dataset or not: its way through the pipeline, told from the lake alone."""
