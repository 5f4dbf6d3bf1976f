"""What the project is made of: every pinned part, its licence, and the bill of materials."""
