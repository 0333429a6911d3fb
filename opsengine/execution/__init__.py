"""Plays over hosts: strategies, one host's task flow, handlers. Emits events and prints nothing."""
