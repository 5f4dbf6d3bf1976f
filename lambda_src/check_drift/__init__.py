"""Compares what the crawler found in the raw zone with the contract."""
