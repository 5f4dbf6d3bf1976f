"""What products are built from, told as a tree, a picture, or a text that other tools draw."""
