"""The scenarios behind the vectors, one module per folder of them."""
