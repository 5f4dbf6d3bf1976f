"""The tags by which cost reports tell lakes apart; the rule about them is ``Strata-TAG1``."""

from collections.abc import Mapping

from aws_cdk import App, Tags

from data_lake.required_tags import REQUIRED_TAGS


def tag_everything(app: App, tags: Mapping[str, str]) -> None:
    """Tag every resource of an app.

    The stacks themselves take their tags from ``Stack(tags=…)``. ``StrataRules`` fails a synthesis
    where a required tag is missing on either.

    Args:
        app: the app.
        tags: by key; every one of ``REQUIRED_TAGS``.

    Raises:
        ValueError: a required tag has no value.
    """
    missing = [key for key in REQUIRED_TAGS if not tags.get(key)]
    if missing:
        raise ValueError(f"tags: must have a value for every required key: got none for {missing}")
    for key, value in tags.items():
        Tags.of(app).add(key, value)
