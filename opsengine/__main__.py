"""`python -m opsengine` is `opsengine`."""

from opsengine.cli.main import main

if __name__ == "__main__":
    main()
