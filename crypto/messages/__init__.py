"""What is said inside records, one file per pair of speakers (protocol.md, section 6).

Order is the wire format: fields stand in the order of the array. Add nothing, move nothing.
"""
