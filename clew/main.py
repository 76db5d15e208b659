"""Entry point of the `clew` command."""

from clew.cli.app import app


def main() -> None:
    """Run the command line."""
    app()
