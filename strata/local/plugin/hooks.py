"""How the plug-in reaches into the emulator: named replacements, each checked before it is made.

The emulator offers no public way in for these, so its version is pinned and every hook says what it
replaces and why. A hook whose target is gone stops the start, before a lake runs without it.
"""

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Any

EMULATOR_VERSION = "1.5.33"
"""The one version of ministack that the hooks were written and tested against."""


class PluginError(Exception):
    """The emulator is not the one that the plug-in was written for."""


@dataclass(frozen=True)
class Hook:
    """One replacement: `wrap` gets what stands at `module.attribute` and gives what goes there."""

    module: str
    attribute: str
    reason: str
    wrap: Callable[[Any], Any]

    def install(self) -> None:
        """Replace the attribute; raises `PluginError` where it is missing."""
        module = import_module(self.module)
        if not hasattr(module, self.attribute):
            raise PluginError(
                f"{self.module}.{self.attribute} is gone, and Strata needs it: {self.reason}"
            )
        setattr(module, self.attribute, self.wrap(getattr(module, self.attribute)))


@dataclass(frozen=True)
class Entry:
    """One addition to a table of handlers that the emulator keeps."""

    module: str
    table: str
    key: str
    reason: str
    value: Any

    def install(self) -> None:
        """Add the handler; raises `PluginError` where the table is missing or has one already."""
        table: MutableMapping[str, Any] | None = getattr(import_module(self.module), self.table)
        if table is None:
            raise PluginError(f"{self.module}.{self.table} is gone: {self.reason}")
        if self.key in table:
            raise PluginError(
                f"the emulator now handles {self.key} itself; drop Strata's own ({self.reason})"
            )
        table[self.key] = self.value


def install_all(hooks: Iterable[Hook | Entry]) -> None:
    """Install hooks in order; raises `PluginError` on any other version than the pinned one."""
    found = version("ministack")
    if found != EMULATOR_VERSION:
        raise PluginError(
            f"ministack {found} is installed, but the plug-in is written for {EMULATOR_VERSION}; "
            "install the pinned requirements."
        )
    for hook in hooks:
        hook.install()
