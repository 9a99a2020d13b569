"""Real browsers, real pages, a real town around them: `make test-browser` installs what is needed.

Nothing is left out here: without a browser, its driver or the built pages, these tests fail.
"""
