"""Subscribers to the events of a run: console, JSON lines, HTML."""
