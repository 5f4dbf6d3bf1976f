"""Finds the code that ships with the library: the functions and the Spark jobs."""

from importlib.resources import files
from pathlib import Path


def shipped_folder(name: str) -> Path:
    """Give the folder ``lambda_src`` or ``glue_scripts``.

    An installed library carries them inside its package. In a checkout, and so in an editable
    install of one, they are the root folders beside ``constructs/``.

    Raises:
        FileNotFoundError: neither place has the folder, so the installation is not whole.
    """
    package = Path(str(files("data_lake")))
    places = (package / name, package.parent.parent / name)
    for folder in places:
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"{name}: must be in {places[0]} or {places[1]}; install the library from its wheel"
    )
