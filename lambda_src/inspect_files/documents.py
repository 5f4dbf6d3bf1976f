"""JSON documents as one record a line, read in bounded memory.

Records keep the text that they were written with, so that numbers stay exact; only line ends
between their parts become spaces.
"""

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence

RECORD_CHARACTERS = 64 * 1024 * 1024
"""The longest record."""
_WHITESPACE = " \t\r\n"
_OF_NUMBERS = "0123456789+-.eE"
_ENDING_CHARACTERS = 16
"""How near to the end of what was read a mistake may only be a value that goes on."""


class DocumentError(ValueError):
    """A document that is no JSON, or not of the shape that the contract says; says why."""


def records_of(text: Iterable[str], path: Sequence[str]) -> Iterator[str]:
    """Give the records of a document: the elements of its array, or its one object.

    `path` names the members that lead to them. Raises `DocumentError` where the text stops being
    one whole JSON document; records before that have been given.
    """
    source = _Source(text)
    yield from _inside(source, tuple(path), ())
    if source.next() is not None:
        raise source.error("more than one document; is it JSON Lines?")


def _inside(source: "_Source", path: tuple[str, ...], gone: tuple[str, ...]) -> Iterator[str]:
    if path:
        yield from _member(source, path, gone)
    elif source.next() == "[":
        yield from _elements(source)
    else:
        yield source.value()


def _elements(source: "_Source") -> Iterator[str]:
    source.take("[")
    if source.next() != "]":
        yield source.value()
        while source.next() == ",":
            source.take(",")
            yield source.value()
    source.take("]")


def _member(source: "_Source", path: tuple[str, ...], gone: tuple[str, ...]) -> Iterator[str]:
    where = ".".join(gone) or "the document"
    if source.next() != "{":
        raise source.error(f"{where} is no object, so it has no member {path[0]!r}")
    source.take("{")
    names: list[str] = []
    while source.next() != "}":
        if names:
            source.take(",")
        name = source.name()
        source.take(":")
        if name != path[0]:
            source.value()
        elif name in names:
            raise source.error(f"{where} has two members {name!r}")
        else:
            yield from _inside(source, path[1:], (*gone, name))
        names.append(name)
    source.take("}")
    if path[0] not in names:
        near = difflib.get_close_matches(path[0], names, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise source.error(f"{where} has no member {path[0]!r}{hint}")


class _Source:
    """Text that is read on as needed, and what stands next in it."""

    def __init__(self, text: Iterable[str]) -> None:
        self._text = iter(text)
        self._buffer = ""
        self._place = 0
        self._passed = 0
        self._is_whole = False
        # As text: Python's own numbers have limits that JSON's have not.
        self._decoder = json.JSONDecoder(parse_float=str, parse_int=str)

    def next(self) -> str | None:
        """Give the next character that is no space, without taking it; None at the end."""
        while True:
            while self._place < len(self._buffer):
                if self._buffer[self._place] not in _WHITESPACE:
                    return self._buffer[self._place]
                self._place += 1
            if not self._read_on():
                return None

    def take(self, character: str) -> None:
        """Take the next character that is no space; raises `DocumentError` if it is another."""
        found = self.next()
        if found != character:
            raise self.error(f"expected {character!r}" + (", it ends early" if not found else ""))
        self._place += 1

    def name(self) -> str:
        """Take the name of a member."""
        if self.next() != '"':
            raise self.error("expected the name of a member")
        return str(json.loads(self.value(), strict=False))

    def value(self) -> str:
        """Take a whole value and give its text in one line."""
        if self.next() is None:
            raise self.error("it ends early")
        while True:
            end = self._end_of_value()
            if end is not None:
                break
            if len(self._buffer) - self._place > RECORD_CHARACTERS:
                raise self.error(f"a value of more than {RECORD_CHARACTERS} characters")
            self._read_on(double=True)
        found = self._buffer[self._place : end]
        self._place = end
        if "\n" in found or "\r" in found:
            found = found.replace("\r", " ").replace("\n", " ")
        return found

    def error(self, reason: str) -> DocumentError:
        """Give the error for what stands at the next character, by its number from 1."""
        return DocumentError(f"character {self._passed + self._place + 1}: {reason}")

    def _end_of_value(self) -> int | None:
        """Give where the value ends, or None where it may go on in what was not read yet."""
        try:
            _, end = self._decoder.raw_decode(self._buffer, self._place)
        except json.JSONDecodeError as error:
            is_near = error.pos >= len(self._buffer) - _ENDING_CHARACTERS
            if not self._is_whole and (is_near or error.msg.startswith("Unterminated string")):
                return None
            self._place = error.pos
            raise self.error(f"{error.msg}, so it is no JSON") from error
        except RecursionError as error:
            raise self.error("a value that nests too deep") from error
        # A number at the end of what was read may go on.
        goes_on = not self._buffer[end : end + _ENDING_CHARACTERS].strip(_OF_NUMBERS)
        is_near = end > len(self._buffer) - _ENDING_CHARACTERS
        return None if is_near and goes_on and not self._is_whole else end

    def _read_on(self, *, double: bool = False) -> bool:
        self._passed += self._place
        parts = [self._buffer[self._place :]]
        self._place = 0
        wanted = len(parts[0]) if double else 1
        while wanted > 0 and not self._is_whole:
            part = next(self._text, None)
            self._is_whole = part is None
            parts.append(part or "")
            wanted -= len(parts[-1])
        self._buffer = "".join(parts)
        return not self._is_whole or len(self._buffer) > len(parts[0])
