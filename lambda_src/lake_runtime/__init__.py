"""What the lake's functions share: the ledger, the audit log, artifacts, contracts, and errors."""
