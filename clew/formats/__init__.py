"""Pure reading and writing of exchange formats; detection by bytes."""
