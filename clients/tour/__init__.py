"""The tour: a season of parcels through real processes, told step by step, then robbed."""
