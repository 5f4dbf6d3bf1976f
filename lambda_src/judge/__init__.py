"""Decides whether what a run staged is good enough to publish."""
