"""Spark for the local lake: one warm process that runs deployed Glue scripts one after another."""
