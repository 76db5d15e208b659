"""Entry point of the `clew` command."""

from clew.cli.app import run


def main() -> None:
    """Run the command line."""
    run()
