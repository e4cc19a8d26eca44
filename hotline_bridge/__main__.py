"""`python -m hotline_bridge` is `hotline-bridge`."""

from hotline_bridge.cli import main

main()
