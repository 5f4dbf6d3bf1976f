"""The arguments of a job: what the state machine passes, out of everything that Glue adds."""

from collections.abc import Sequence

from lake_spark.errors import LakeError


def parse_arguments(argv: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Take `--name value` pairs and give those that were asked for, by name.

    Everything else is ignored: Glue adds arguments of its own, some of them without a value.
    Raises `LakeError` naming what is missing.
    """
    found: dict[str, str] = {}
    for index, word in enumerate(argv[:-1]):
        name = word.removeprefix("--")
        if word.startswith("--") and name in names and name not in found:
            found[name] = argv[index + 1]
    missing = [f"--{name}" for name in names if name not in found]
    if missing:
        raise LakeError(f"the job was started without {', '.join(missing)}")
    return found
