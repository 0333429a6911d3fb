"""What people wrote: text that knows its file, line and column, and the YAML reader that makes it."""
