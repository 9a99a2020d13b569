"""A circle of trial on one machine: its founding, its processes, a PostgreSQL of its own."""
