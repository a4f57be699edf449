"""Which settings change while the server runs, and who works by them (C3)? What a reload does beside the accounts."""

from dataclasses import dataclass, fields
from datetime import tzinfo
from typing import Final

from .config import Config
from .domain.accounts import read_networks
from .domain.checks import Terms
from .domain.lifecycle import Course
from .domain.settings import AT_START, ServerSettings
from .engine.callbacks import Caller
from .engine.delivery import Delivery
from .engine.faults import Faults
from .engine.gateway import Gateway
from .engine.newcomers import Newcomers
from .engine.pruner import Pruner
from .engine.pusher import Pusher
from .web.endpoints import Endpoints
from .web.records import Records


@dataclass(frozen=True, slots=True)
class Workers:
    """Everyone who works by settings that may change."""

    gateway: Gateway
    endpoints: Endpoints
    records: Records
    newcomers: Newcomers
    caller: Caller
    delivery: Delivery
    pusher: Pusher
    pruner: Pruner
    faults: Faults


class Live:
    """The configuration that is in force. `course` is the one for the next booking."""

    def __init__(self, config: Config, zone: tzinfo) -> None:
        self.config = config
        self.course = course_of(config)
        self._zone = zone

    def settle(self, config: Config, workers: Workers) -> None:
        """Let everyone work by another configuration from now on; what needs a restart stays as it is."""
        server = config.server
        self.config = config
        self.course = course_of(config)
        workers.gateway.terms = terms_of(server, self._zone)
        workers.endpoints.strict = server.strict
        workers.endpoints.proxies = read_networks(server.trusted_proxies)
        workers.records.headers = server.diagnosis_headers
        workers.newcomers.model = server.auto_accounts
        workers.caller.allow(server.callback_allow)
        workers.delivery.settings = config.push
        workers.delivery.seed = server.seed
        workers.pusher.settings = config.push
        workers.pruner.retention_seconds = server.retention_seconds
        workers.faults.seed = server.seed

    def waiting(self, config: Config) -> tuple[str, ...]:
        """The keys that differ from those in force and that only a restart changes."""
        before, after = self.config.server, config.server
        keys = (one.name for one in fields(ServerSettings) if getattr(before, one.name) != getattr(after, one.name))
        return tuple(f"server.{key}" for key in keys if key in AT_START)


def terms_of(server: ServerSettings, zone: tzinfo) -> Terms:
    """What the gateway asks of every request."""
    words = tuple(word.casefold() for word in server.sensitive_words)
    return Terms(zone, server.content_limit, server.content_limit_unit == "bytes", words)


def course_of(config: Config) -> Course:
    """What decides the lives of new messages beside the rules."""
    life, server = config.lifecycle, config.server
    return Course(life.unsent_seconds, life.sending_seconds, server.seed, server.magic_numbers)


__all__: Final = ["Live", "Workers", "course_of", "terms_of"]
