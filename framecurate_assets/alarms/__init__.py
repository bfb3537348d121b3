"""Alarms: where clustering may have taken two people for one, or one for two."""
