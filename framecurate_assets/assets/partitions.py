"""One partition a video."""

import dagster as dg

videos = dg.DynamicPartitionsDefinition(name="videos")
"""Keys are video ids; `framecurate add` and `framecurate run` register them."""
