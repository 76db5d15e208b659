"""`python -m clew` is the `clew` command."""

from clew.main import main

main()
