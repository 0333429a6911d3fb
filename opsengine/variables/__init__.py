"""Which variable wins: the layers that a host's and a task's variables come from, strongest first."""
