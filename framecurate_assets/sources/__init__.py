"""What to ingest: the list of sources, and which video each entry means. Nothing is asked of any site here."""
