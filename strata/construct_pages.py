"""The pages of `docs/constructs/`: one for each construct, written from its docstring.

`make docs` writes them; a test holds them equal to the code.
"""

import dataclasses
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from constructs import Construct

import data_lake
from strata.paths import ROOT

FOLDER = ROOT / "docs" / "constructs"
SECTIONS = ("Args", "Attributes", "Raises")
_MODULE = re.compile(r"\b(?:[a-z_][a-z0-9_]*\.)+(?=[A-Z])")
_SERVICE = re.compile(r"\baws_cdk\.aws_(\w+)\.(?=[A-Z])")


@dataclass(frozen=True)
class Docstring:
    """A docstring in its parts: what it says, and what it says of each name."""

    text: str
    sections: dict[str, dict[str, str]] = field(default_factory=dict)


def public_constructs() -> dict[str, type[Construct]]:
    """Give every construct among the library's public names, by name."""
    found = {name: getattr(data_lake, name) for name in data_lake.__all__}
    return {
        name: value
        for name, value in found.items()
        if inspect.isclass(value) and issubclass(value, Construct)
    }


def read_docstring(text: str) -> Docstring:
    """Take a docstring apart at its sections `Args`, `Attributes` and `Raises`."""
    heading = re.compile(rf"^({'|'.join(SECTIONS)}):\n", re.MULTILINE)
    markdown = inspect.cleandoc(text).replace("``", "`") + "\n"
    intro, *rest = heading.split(markdown)
    sections = {
        name: dict(_entries(body)) for name, body in zip(rest[::2], rest[1::2], strict=True)
    }
    return Docstring(intro.strip(), sections)


def _entries(body: str) -> Iterator[tuple[str, str]]:
    for entry in re.split(r"^    (?=\S)", body, flags=re.MULTILINE)[1:]:
        name, _, meaning = entry.partition(":")
        yield name.strip(), " ".join(meaning.split())


def arguments(construct: type[Construct]) -> list[inspect.Parameter]:
    """Give a construct's own arguments, without scope and id."""
    parameters = list(inspect.signature(construct.__init__).parameters.values())
    return [each for each in parameters if each.name not in ("self", "scope", "construct_id")]


def page(name: str, construct: type[Construct]) -> str:
    """Give the page of one construct; values that its arguments are made of come last."""
    says = read_docstring(construct.__doc__ or "")
    lines = [f"# {name}", "", says.text, "", "```python", f"from data_lake import {name}", "```"]
    given = arguments(construct)
    meanings = says.sections.get("Args", {})
    rows = [
        _row(f"`{each.name}`", _type(each.annotation), _default(each.default), meanings[each.name])
        for each in given
    ]
    lines += _table("## Arguments", "argument | type | default | meaning", rows)
    for section in SECTIONS[1:]:
        entries = says.sections.get(section, {}).items()
        rows = [_row(f"`{entry}`", meaning) for entry, meaning in entries]
        lines += _table(f"## {section}", "name | meaning", rows)
    for values in _dataclasses_among(given):
        says = read_docstring(values.__doc__ or "")
        lines += ["", f"## {values.__name__}", "", says.text]
        lines += _table("", "field | type | default | meaning", list(_fields(values, says)))
    return "\n".join([*lines, ""])


def _table(heading: str, columns: str, rows: list[str]) -> list[str]:
    if not rows:
        return []
    line = "|---" * (columns.count("|") + 1) + "|"
    return [*(["", heading] if heading else []), "", f"| {columns} |", line, *rows]


def _dataclasses_among(given: list[inspect.Parameter]) -> list[type[Any]]:
    spelt = " ".join(inspect.formatannotation(each.annotation) for each in given)
    public = [getattr(data_lake, name) for name in data_lake.__all__]
    return [
        value
        for value in public
        if dataclasses.is_dataclass(value)
        and isinstance(value, type)
        and re.search(rf"\.{value.__name__}\b", spelt)
    ]


def _fields(values: type[Any], says: Docstring) -> Iterator[str]:
    for each in dataclasses.fields(values):
        default = _default(each.default, none=dataclasses.MISSING)
        if isinstance(each.default_factory, type):
            default = f"`{each.default_factory.__name__}()`"
        elif each.default_factory is not dataclasses.MISSING:
            default = "see the meaning"
        meaning = says.sections["Attributes"][each.name]
        yield _row(f"`{each.name}`", _type(each.type), default, meaning)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _type(annotation: Any) -> str:
    spelt = _SERVICE.sub(r"<\1>", inspect.formatannotation(annotation))
    return "`" + _MODULE.sub("", spelt).replace("<", "").replace(">", ".") + "`"


def _default(default: Any, none: Any = inspect.Parameter.empty) -> str:
    return "required" if default is none else f"`{default!r}`"


def pages() -> dict[str, str]:
    """Give every page by its file name, with the list of them as `README.md`."""
    constructs = public_constructs()
    found = {f"{name}.md": page(name, construct) for name, construct in constructs.items()}
    listed = [
        f"| [{name}]({name}.md) | {_summary(construct)} |" for name, construct in constructs.items()
    ]
    found["README.md"] = "\n".join(
        ["# Constructs", "", "| construct | gives |", "|---|---|", *listed, ""]
    )
    return found


def _summary(construct: type[Construct]) -> str:
    first = read_docstring(construct.__doc__ or "").text.split("\n\n")[0]
    return " ".join(first.split())


def write(folder: Path = FOLDER) -> None:
    """Write the pages, and remove those of constructs that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for file in folder.glob("*.md"):
        if file.name not in wanted:
            file.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
