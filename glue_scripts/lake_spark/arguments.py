"""The arguments of a job: what the state machine passes, out of everything that Glue adds."""

from collections.abc import Mapping, Sequence

from lake_spark.errors import LakeError


def parse_arguments(
    argv: Sequence[str], names: Sequence[str], defaults: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Take `--name value` pairs and give those that were asked for, by name.

    Everything else is ignored: Glue adds arguments of its own, some of them without a value.
    `defaults` are further names with what is taken where they are not given. Raises `LakeError`
    naming what is missing.
    """
    optional = dict(defaults or {})
    found: dict[str, str] = {}
    for index, word in enumerate(argv[:-1]):
        name = word.removeprefix("--")
        if word.startswith("--") and name in {*names, *optional} and name not in found:
            found[name] = argv[index + 1]
    missing = [f"--{name}" for name in names if name not in found]
    if missing:
        raise LakeError(f"the job was started without {', '.join(missing)}")
    return optional | found
