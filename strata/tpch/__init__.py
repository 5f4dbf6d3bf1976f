"""TPC-H as a second sample lake: eight tables from a real generator, and damage that is known."""
