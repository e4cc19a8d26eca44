"""Bytes to papers and back, without a socket or a clock."""
