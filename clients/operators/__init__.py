"""What coordinators and matchers do beside their commands: keyrings, clerks, rounds."""
