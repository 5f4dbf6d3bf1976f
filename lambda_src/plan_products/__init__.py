"""Orders the data products that a publish is an input of."""
