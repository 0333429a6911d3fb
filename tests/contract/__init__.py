"""The contract that every module keeps, tried through the real agent; a module's cases are in cases/<subject>.py."""
