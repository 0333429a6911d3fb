"""Connections start a command on a host and carry its bytes. They know nothing of modules or playbooks."""
