"""A node's onion services: what tor is told, who may read the operators' one, and a proof that
nobody else can.

Nothing of this is in the node's own process, and all of it does with the standard library, so that
it runs where tor runs.
"""
