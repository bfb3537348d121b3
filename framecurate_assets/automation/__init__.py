"""Automation: jobs, and what starts them by itself: a schedule, the inbox, and the refresh of the dataset."""
