"""Where things are: the checkout, its working folder, and the cache shared by all checkouts."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout that this package was imported from."""
CONTRACTS = ROOT / "contracts"
"""The contracts of the checkout."""


def state_folder() -> Path:
    """Give the folder of the running local lake (`.strata/` in the checkout), made if missing."""
    folder = ROOT / ".strata"
    folder.mkdir(exist_ok=True)
    return folder


def cache_folder() -> Path:
    """Give the folder for downloads that outlive a checkout: `$XDG_CACHE_HOME/strata`."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "strata"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
