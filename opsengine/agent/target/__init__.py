"""The agent itself: sent to the target and run from memory. Python 3.6 and newer, standard library only."""
