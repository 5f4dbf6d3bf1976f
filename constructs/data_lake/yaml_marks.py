"""YAML whose every value knows its line.

The reader follows YAML 1.2's core schema, as editors do: ``NO`` and ``2024-01-01`` are text,
``010`` is ten. A key given twice is a problem, not the last one's victory.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from data_lake.problems import DocumentError, FieldPath, Problem, dotted, shown


@dataclass(frozen=True)
class MarkedDocument:
    """A YAML mapping with the place of each of its values.

    ``file`` is the name that problems show; ``data`` holds plain Python values.
    """

    file: str
    data: dict[str, Any]
    root: yaml.Node

    def line(self, path: FieldPath) -> int:
        """The line of the value at ``path``, or of its nearest parent that is in the file."""
        mark, node = self.root.start_mark, self.root
        for part in path:
            step = _step(node, part)
            if step is None:
                break
            mark, node = step
        return int(mark.line) + 1

    def text(self, path: FieldPath) -> str:
        """The value at ``path`` on one short line: as written when it is a plain scalar."""
        node: yaml.Node | None = self.root
        value: Any = self.data
        for part in path:
            step = _step(node, part) if node is not None else None
            node = step[1] if step else None
            value = value[part] if step else None
        if node is None:
            return ""
        if isinstance(node, yaml.ScalarNode) and not isinstance(value, str):
            return str(node.value) or "nothing"
        return shown(value)

    def problem(
        self, path: FieldPath, rule: str, *, value: str | None = None, nearest: str = ""
    ) -> Problem:
        """A problem at ``path``; ``value`` is what the file says there unless given."""
        written = (self.text(path) or "nothing") if value is None else value
        return Problem(self.file, self.line(path), self.field(path), rule, written, nearest)

    def field(self, path: FieldPath) -> str:
        """``path`` as people say it: an item of a list goes by its name, property or id."""
        parts: list[str | int] = []
        value: Any = self.data
        for part in path:
            held = isinstance(value, dict) or (isinstance(part, int) and part < len(value))
            value = (value.get(part) if isinstance(value, dict) else value[part]) if held else {}
            named = value if isinstance(part, int) and isinstance(value, dict) else {}
            names = [named[key] for key in ("name", "property", "id") if key in named]
            parts.append(f"[{names[0]}]" if names and isinstance(names[0], str) else part)
        return dotted(parts)


def read_document(path: Path, file: str) -> MarkedDocument:
    """Read one YAML mapping.

    Raises:
        DocumentError: the file cannot be read, is not UTF-8, is empty, is not YAML, is not a
            mapping, or gives a key twice; ``file`` is its name in the message.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DocumentError(
            [Problem(file, 1, "file", "cannot be read", str(error.strerror))]
        ) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{raw[error.start]:02x}"
        raise DocumentError(
            [Problem(file, line, "file", "must be UTF-8 text; save it as UTF-8", found)]
        ) from error
    root = _composed(text, file)
    problems = list(_key_problems(root, file))
    if problems:
        raise DocumentError(problems)
    return MarkedDocument(file, _constructed(root, file), root)


class _CoreLoader(yaml.SafeLoader):
    def construct_decimal(self, node: yaml.ScalarNode) -> int:
        return int(node.value, 10)


_CoreLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("merge", r"<<", ["<"]),
):
    _CoreLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first
    )
_CoreLoader.add_constructor("tag:yaml.org,2002:int", _CoreLoader.construct_decimal)


def _composed(text: str, file: str) -> yaml.Node:
    try:
        root = yaml.compose(text, Loader=_CoreLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        character = f"character {error.character!r}"
        raise DocumentError(
            [Problem(file, line, "yaml", "must hold printable text only", character)]
        ) from error
    except yaml.MarkedYAMLError as error:
        raise DocumentError([_syntax_problem(error, file)]) from error
    except RecursionError as error:
        raise DocumentError([Problem(file, 1, "yaml", "is nested too deeply")]) from error
    if root is None:
        raise DocumentError([Problem(file, 1, "file", "must hold a mapping", "an empty file")])
    if not isinstance(root, yaml.MappingNode):
        line = root.start_mark.line + 1
        kind = "a list" if isinstance(root, yaml.SequenceNode) else shown(root.value)
        raise DocumentError([Problem(file, line, "document", "must be a mapping", kind)])
    return root


def _constructed(root: yaml.Node, file: str) -> dict[str, Any]:
    loader = _CoreLoader("")
    try:
        data: dict[str, Any] = loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        raise DocumentError([_syntax_problem(error, file)]) from error
    except ValueError as error:
        raise DocumentError([Problem(file, 1, "yaml", "has a bad value", str(error))]) from error
    finally:
        loader.dispose()
    return data


def _syntax_problem(error: yaml.MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    snippet = (mark.get_snippet(0, 60) or "").splitlines() if mark else []
    found = shown(snippet[0].strip()) if snippet else ""
    where = f" {error.context}" if error.context else ""
    if where and error.context_mark:
        where += f" from line {error.context_mark.line + 1}"
    return Problem(file, line, "yaml", f"is not valid YAML, {error.problem}{where}", found)


def _key_problems(root: yaml.Node, file: str) -> Iterator[Problem]:
    seen: set[int] = set()

    def walk(node: yaml.Node, path: tuple[str | int, ...], above: set[int]) -> Iterator[Problem]:
        if id(node) in above:
            line = node.start_mark.line + 1
            yield Problem(file, line, dotted(path), "must not contain itself", "an alias loop")
        if id(node) in seen:
            return
        seen.add(id(node))
        above = above | {id(node)}
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                yield from walk(item, (*path, index), above)
        if not isinstance(node, yaml.MappingNode):
            return
        first_lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or not key.tag.endswith((":str", ":merge")):
                shown_key = key.value if isinstance(key, yaml.ScalarNode) else "a collection"
                yield Problem(file, line, dotted(path), "keys must be text; quote it", shown_key)
                continue
            if key.value in first_lines:
                where = f"is given twice, first on line {first_lines[key.value]}; keep one"
                found = shown(value.value) if isinstance(value, yaml.ScalarNode) else ""
                yield Problem(file, line, dotted((*path, key.value)), where, found)
            first_lines.setdefault(key.value, line)
            yield from walk(value, (*path, key.value), above)

    return walk(root, (), set())


def _step(node: yaml.Node, part: str | int) -> tuple[yaml.Mark, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        pairs = [(key.start_mark, value) for key, value in node.value if key.value == part]
        return pairs[-1] if pairs else None
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark, item
    return None
