"""`python -m understudy` and the `understudy` command."""

from understudy.cli.main import main

if __name__ == "__main__":
    main()
