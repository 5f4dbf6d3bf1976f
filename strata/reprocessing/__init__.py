"""Loading again what was loaded before: `strata run --since` and `strata backfill`."""
