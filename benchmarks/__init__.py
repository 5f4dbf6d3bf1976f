"""What the stage job costs, beside other ways to do the same work on the same machine."""
