"""Modules for packages of the distribution."""
