"""Doors to outside systems, one module each; `adapters.formats` turns their bytes into papers and back."""
