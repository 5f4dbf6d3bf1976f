"""People's work on quarantined rows and files: look, export, replay, drop."""
