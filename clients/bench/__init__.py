"""Measurements anybody can repeat: `klunak bench`."""
