"""Closes a run: settles its arrivals, frees the lock, and looks for what arrived meanwhile."""
