"""The lake: Parquet tables, picture folders, and the DuckDB views over them."""
