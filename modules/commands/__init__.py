"""Modules that run commands."""
