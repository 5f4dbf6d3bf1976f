"""What an object's name alone says of it."""

from lake_runtime.objects import base_name

_TEMPORARY_ENDINGS = (".tmp", "._COPYING_")
_TEMPORARY_FOLDER = "_temporary"
"""Where Hadoop's committers write before they commit."""


def skip_reason(key: str) -> str | None:
    """Say why an object holds no data by its name alone, or None if it may."""
    name = base_name(key)
    if not name:
        return "a folder marker, not a file"
    if name.startswith((".", "_")):
        return "a hidden name: names that start with '.' or '_' are not data"
    if name.endswith(_TEMPORARY_ENDINGS) or _TEMPORARY_FOLDER in key.split("/"):
        return "a temporary name: the file is still being written under it"
    return None
