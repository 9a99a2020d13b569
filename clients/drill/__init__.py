"""The seizure drill: live a season of marked secrets, seize everything, report what was found."""
