"""docs/environments.md says what the code does."""

import re
from pathlib import Path

from config.loading import FOLDER, REPOSITORY, load_settings
from config.production import RULES, SAYS_SO

PAGE = (REPOSITORY / "docs" / "environments.md").read_text(encoding="utf-8")


def test_every_rule_of_production_is_on_the_page_and_no_other() -> None:
    section = PAGE.partition("## Production")[2].partition("## Names")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE) == [
        rule.id for rule in (SAYS_SO, *RULES)
    ]


def test_the_examples_of_what_a_company_brings_along_are_accepted_in_production(
    tmp_path: Path,
) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) == 2
    prod = (REPOSITORY / FOLDER / "prod.yaml").read_text(encoding="utf-8")
    (tmp_path / FOLDER).mkdir(parents=True)
    (tmp_path / FOLDER / "prod.yaml").write_text("\n".join([prod, *examples]))
    settings = load_settings("prod", tmp_path)
    assert settings.prefix == "acme-strata-prod"
    assert settings.network is not None
    assert settings.company.permissions_boundary is not None
