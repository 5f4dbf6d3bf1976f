"""People's work on dead letters: look, send them where they were going, or drop them."""
