"""Making what was published before current again."""
