"""What a family's and a donor's device does between a list and a visit's three requests."""
