"""The controller's part of tasks: modules that need no host, and what is made ready before one runs on a host."""
