"""Drafts a data contract from a sample file, ready to be edited."""
