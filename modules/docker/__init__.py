"""Modules for the Docker engine and what it runs, through the Engine API."""
