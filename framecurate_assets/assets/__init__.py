"""The assets: one module a stage. Thin: read, call the domain, write, describe."""

import warnings

import dagster as dg

# Backfill policies are marked beta and checks by partition preview; both messages would stand before every command's
# output. The versions are pinned, and the tests show that both work.
warnings.filterwarnings("ignore", category=dg.BetaWarning)
warnings.filterwarnings("ignore", category=dg.PreviewWarning)
