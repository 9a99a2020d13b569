"""Bytes in, bytes out: the standards Klunak stands on and the formats built from them.

This page imports nothing: whoever needs a module imports that module. A node imports the few that
hash, verify and read documents; if this package gathered everything here, the modules that open
records would be in the node's memory too, and a test forbids exactly that.
"""
