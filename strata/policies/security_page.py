"""The figures in docs/security.md, renewed from freshly synthesised environments."""

import tempfile
from pathlib import Path
from typing import Final

from strata.paths import ROOT
from strata.policies.figures import figures

FILE: Final = ROOT / "docs" / "security.md"
ENVIRONMENTS: Final = ("local", "dev", "staging", "prod")
BEGIN: Final = "<!-- figures: made by `make snapshots` -->\n"
END: Final = "<!-- end of figures -->\n"


def with_figures(page: str, made: str) -> str:
    """Give the page with other figures between its marks.

    Raises:
        ValueError: a mark is missing.
    """
    if BEGIN not in page or END not in page:
        raise ValueError(f"{FILE}: needs the marks {BEGIN.strip()!r} and {END.strip()!r}")
    before, rest = page.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


def main() -> None:
    """Synthesise every environment and write the figures into the page."""
    from stacks.application import build_app  # noqa: PLC0415 - slow, and the tests have theirs

    with tempfile.TemporaryDirectory() as folder:
        assemblies = {name: Path(folder, name) for name in ENVIRONMENTS}
        for name, outdir in assemblies.items():
            build_app(name, outdir=outdir).synth()
        FILE.write_text(with_figures(FILE.read_text(), figures(assemblies)))


if __name__ == "__main__":
    main()
