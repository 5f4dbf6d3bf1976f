"""Collects the inspections of a run into what Spark is to read."""
