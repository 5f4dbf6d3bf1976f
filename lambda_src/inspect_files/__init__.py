"""Inspects claimed files before Spark reads them."""
