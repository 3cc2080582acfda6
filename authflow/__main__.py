"""``python -m authflow``: the command line."""

from authflow.cli import main

if __name__ == "__main__":
    main()
