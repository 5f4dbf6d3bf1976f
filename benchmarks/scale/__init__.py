"""How templates, their synthesis and their cost grow with the number of datasets."""
