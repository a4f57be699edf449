"""What does a running gateway consist of, once it is built? What the operator's deeds work on."""

from dataclasses import dataclass

from ..storage.reader import Reader
from ..storage.world import Adapters
from ..storage.writer import Writer
from .clock import Clock
from .codes import Codes
from .events import Events
from .faults import Faults
from .journal import Journal
from .onlookers import Onlookers
from .own_client import OwnClient
from .push_events import PushEvents
from .pusher import Pusher
from .recovery import Recovery
from .registry import Registry
from .scheduler import Scheduler
from .tally import Tally
from .waits import WaitingRoom
from .watches import Watches


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts, wired by the server."""

    clock: Clock
    registry: Registry
    writer: Writer
    reader: Reader
    recovery: Recovery
    scheduler: Scheduler
    pusher: Pusher
    faults: Faults
    onlookers: Onlookers
    watches: Watches
    codes: Codes
    events: Events
    push_events: PushEvents
    journal: Journal
    tally: Tally
    room: WaitingRoom
    adapters: Adapters
    own_client: OwnClient
