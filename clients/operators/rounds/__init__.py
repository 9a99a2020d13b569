"""A round, one step a file: open, hear, plan, pay, write (protocol.md, section 8).

Everything here works on values in memory. `clients.matcher` fetches before and commits after.
"""
