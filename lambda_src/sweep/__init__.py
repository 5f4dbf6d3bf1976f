"""Sweeps the lake: what nobody finished, started, told of or waited for is found and mended."""
