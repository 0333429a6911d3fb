"""Modules for files and folders."""
