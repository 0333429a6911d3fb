"""What the agent can do on a host: a file a module, by subject. Runs on Python 3.6 and newer, standard library only."""
