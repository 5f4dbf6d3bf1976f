"""Entry point of the CDK: picks the environment and synthesises its stacks."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent / "constructs"))

from config.loading import SettingsError
from data_lake.contracts import ContractError
from stacks.application import build_app


def main() -> int:
    """Synthesise; 2 means that settings or contracts are not valid."""
    try:
        app = build_app()
    except (SettingsError, ContractError) as error:
        print(error, file=sys.stderr)
        return 2
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
