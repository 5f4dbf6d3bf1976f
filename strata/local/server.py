"""The server process: the emulator with Strata's plug-in installed before the first request."""

from strata.local.plugin import install


def main() -> None:
    """Install the plug-in and serve until told to stop."""
    install()
    from ministack.app import main as serve  # noqa: PLC0415 - reads its settings when imported

    serve()


if __name__ == "__main__":
    main()
