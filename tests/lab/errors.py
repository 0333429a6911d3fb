"""What the lab raises."""


class LabError(Exception):
    """The lab or one of its hosts did not do what it was asked; the text says which, and what it answered."""
