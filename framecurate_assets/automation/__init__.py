"""Automation: jobs, and what starts them by itself."""
