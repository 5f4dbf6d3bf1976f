"""Strata's command line and the lake that runs on a laptop."""
