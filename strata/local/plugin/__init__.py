"""What Strata adds to the emulator, in one place."""


def install() -> None:
    """Put every hook in place."""
