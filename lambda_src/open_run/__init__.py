"""Opens a run: takes the dataset's lock and claims what waits."""
