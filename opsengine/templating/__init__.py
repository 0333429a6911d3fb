"""Renders `Text` with jinja2, values keeping their types. Nothing but `Text` is ever rendered."""
