"""Modules for the system: services, kernel settings, facts."""
