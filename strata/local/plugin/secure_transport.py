"""Requests on loopback count as encrypted in transit, because every bucket and queue demands TLS.

That the policies demand it is asserted on the templates; locally there is no network to protect.
"""

from collections.abc import Callable

from strata.local.plugin.hooks import Hook

Pin = Callable[[str, bool], None]


def _count_loopback_as_tls(pin: Pin) -> Pin:
    def pin_origin(source_ip: str, secure_transport: bool) -> None:
        pin(source_ip, secure_transport or source_ip == "127.0.0.1")

    return pin_origin


HOOKS = (
    Hook(
        "ministack.app",
        "pin_request_origin",
        "policies that demand TLS must not refuse requests on loopback",
        _count_loopback_as_tls,
    ),
)
