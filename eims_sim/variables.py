"""Which variables of the environment are for us (C2)? Imports nothing heavy: commands start by asking this."""

from collections.abc import Mapping

CONFIG_VARIABLE = "EIMS_SIM_CONFIG"
"""The path of the file, or its text: containers of a CI service cannot mount a file."""


def injected(text: str) -> bool:
    """Whether Kubernetes set this variable: it does so with EIMS_SIM_PORT when a service is called eims-sim."""
    return text.startswith("tcp://")


def is_set(environment: Mapping[str, str], name: str) -> bool:
    """Whether a variable says something to us."""
    text = environment.get(name, "")
    return bool(text) and not injected(text)
