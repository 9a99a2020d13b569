"""`python -m clients.cli` is `klunak`."""

from clients.cli.app import main

main()
