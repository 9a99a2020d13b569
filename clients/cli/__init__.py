"""The klunak command: one file per group; `app.py` puts them together."""
