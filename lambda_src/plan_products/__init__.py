"""Names the data products that a published dataset is an input of."""
