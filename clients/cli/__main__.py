"""`python -m clients.cli` is `klunak`."""

from clients.cli import main

main()
