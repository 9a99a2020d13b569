"""Values in, values out: who helps whom, and how, with no clock, network or database.

    catalogue ─▶ cards ─▶ types ─▶ solve ─▶ pairing ─▶ plan        one round of matching
    states ─▶ lifecycle ─▶ advance                                 a card from round to round
    oracle                                                         the same answer by other means

Time arrives as an epoch number. Chance arrives as ``randbelow``, which the caller draws from a
cryptographic generator that no node can steer. Nothing here knows a name, an address or a key.

This page imports nothing: ``solve`` brings OR-Tools and ``oracle`` brings HiGHS, and one process
cannot hold both, since each carries its own ``libhighs.so.1``.
"""
