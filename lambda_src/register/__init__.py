"""Registers arrived objects in the ledger and starts the ingest runs that they ask for."""
