"""The controller's part of tasks: modules that need no host, and what must be made ready before a module runs on one."""
