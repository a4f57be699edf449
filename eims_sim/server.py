"""How is the house built? Bottom up when it starts, top down when it stops: the one place that wires."""

import asyncio
import contextlib
import gc
import logging
import secrets
import signal
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from itertools import chain, repeat
from zoneinfo import ZoneInfo

from aiohttp import web

from .client.address import bracketed, is_loopback
from .config import Config
from .domain.accounts import read_networks
from .domain.settings import ServerSettings
from .engine.callbacks import Caller
from .engine.clock import Clock, real_seconds, real_sleep
from .engine.codes import Codes
from .engine.controls import Controls, Origin, Reading
from .engine.delivery import Delivery
from .engine.events import Events
from .engine.faults import Faults
from .engine.gateway import Gateway
from .engine.journal import Journal
from .engine.newcomers import Newcomers
from .engine.onlookers import Onlookers
from .engine.own_client import OwnClient
from .engine.parts import Parts
from .engine.pruner import Pruner
from .engine.push_events import PushEvents
from .engine.pusher import Pusher
from .engine.recovery import Recovery
from .engine.registry import Registry
from .engine.scheduler import Scheduler
from .engine.tally import Tally
from .engine.waits import WaitingRoom
from .engine.watches import Watches
from .errors import ConfigurationError, EimsSimError, StartError, StorageError
from .live import Live, Workers, terms_of
from .protocol.notation import read_rfc3339
from .storage.database import Database
from .storage.lookups import Lookups
from .storage.reader import Reader
from .storage.world import Adapters, Listing
from .storage.writer import World, Writer
from .web.app import Front, FrontRunner
from .web.capacity import BACKLOG, Capacity, Exhaustion, Listening, allow_open_files, watch_peers
from .web.connection import PATIENCE, Patience
from .web.endpoints import Endpoints
from .web.event_stream import COMMENT, REMOVED, write_event
from .web.records import Records

logger = logging.getLogger("eims_sim")

STOP_SECONDS = 3.0
"""How long accepted requests may take to be finished after a signal; the rest of the stop fits into 2 more."""

COLLECT_AFTER = (5_000, 20, 50)
"""After how many new objects the garbage collector looks at the youngest, and how rarely at the older ones."""

GRACE_SECONDS = 0.05
"""Requests on kept-alive connections in the moment of a stop are told 503 rather than cut off."""

STEPS_SECONDS = (0, 0, 0.001, 0.005)
"""When it is looked again whether there is still something to wait for: what has just ended is seen at once."""


@dataclass(frozen=True, slots=True)
class Started:
    """What a person is told at start. `admin_token` only when it was generated."""

    url: str
    database: str
    admin_token: str | None
    warnings: tuple[str, ...]


class Server:
    """A simulator: one configuration, one database, one port.

    `reload` reads the configuration again; without it, a reload finds what it began with.
    """

    def __init__(
        self,
        config: Config,
        *,
        tls: tuple[str, str] | None = None,
        access_log: bool = False,
        patience: Patience = PATIENCE,
        reload: Callable[[], Config] | None = None,
    ) -> None:
        self._config = config
        self._load = reload or (lambda: config)
        self._controls: Controls | None = None
        self._tls = tls
        self._access_log = access_log
        self._patience = patience
        self._stops: list[Callable[[], object]] = []

    async def start(self) -> Started:
        """Open the database and accept connections. Raises StartError; then nothing is left behind."""
        try:
            return await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> Started:
        config = self._config
        server = config.server
        zone = ZoneInfo(server.timezone)
        now = read_rfc3339(server.now) if server.now else None
        token, generated = _token(server)
        context = _tls_context(self._tls)

        clock, registry, room = Clock(server.clock, now, server.scale), Registry(), WaitingRoom()
        events = Events(partial(write_event, zone=zone), COMMENT, REMOVED)
        database = Database(server.database, server.synchronous)
        live = Live(config, zone)
        writer = Writer(database, lambda: World(registry.deciding, live.course), real_seconds, server.waiting_numbers)
        self._stops.append(writer.close)
        recovery = Recovery(writer)
        self._stops.append(recovery.stop)
        lookups = Lookups(database, real_seconds)
        self._stops.append(lookups.close)
        reader = Reader(database.path, database.condition)
        self._stops.append(reader.close)
        faults = Faults(writer, server.seed)
        self._stops.append(faults.close)
        caller = _caller(server)
        tally = Tally()
        push_events = PushEvents(events, registry)
        delivery = Delivery(config.push, clock, writer, registry, caller, faults, tally, push_events, zone, server.seed)
        pusher = Pusher(config.push, clock, writer, registry, delivery, push_events)
        self._stops.append(pusher.stop)
        watches, codes = Watches(reader, writer.ledger, registry, room), Codes(reader, room)
        journal = Journal(server.journal_entries, server.journal_bytes)
        onlookers = Onlookers(watches, codes, events, journal)
        pruner = Pruner(clock, writer, registry, onlookers, server.retention_seconds)
        scheduler = Scheduler(clock, writer, registry, pusher, pruner, onlookers)
        self._stops.append(scheduler.stop)
        adapters = Adapters.make()
        own_client = OwnClient()
        self._stops.append(own_client.close)
        parts = Parts(
            clock,
            registry,
            writer,
            reader,
            recovery,
            scheduler,
            pusher,
            faults,
            onlookers,
            watches,
            codes,
            events,
            push_events,
            journal,
            tally,
            room,
            adapters,
            own_client,
        )
        controls = self._controls = Controls(
            origin_of(config), parts, lambda: self._read(live, workers), lambda: gateway.terms
        )
        try:
            controls.world.open()
        except StorageError as error:
            raise database.unusable(error.__cause__ or error) from None

        newcomers = Newcomers(server.auto_accounts, registry, writer, adapters.account, events)
        gateway = Gateway(
            clock, registry, writer, lookups, newcomers, tally, events, terms_of(server, zone), scheduler.report_now
        )
        records = Records(journal, tally, clock, headers=server.diagnosis_headers)
        endpoints = Endpoints(
            gateway,
            records,
            faults,
            strict=server.strict,
            proxies=read_networks(server.trusted_proxies),
            body_seconds=self._patience.body_seconds,
            body_limit=server.body_limit,
        )
        workers = Workers(gateway, endpoints, records, newcomers, caller, delivery, pusher, pruner, faults)
        front = Front(endpoints, partial(_control, controls, token, server, zone))
        capacity = Capacity(server.max_connections)
        runner = FrontRunner(
            front,
            body_limit=server.body_limit,
            access_log=self._access_log,
            patience=self._patience,
            capacity=capacity,
        )
        await runner.setup()
        self._stops.append(runner.cleanup)
        site = await _listen(runner, server.host, server.port, context)
        watch_peers(_sockets(site), self._patience.stall_seconds)
        self._stops.append(partial(_drain, endpoints, controls, front, runner, site))
        own_client.settle("http" if context is None else "https", server.host, site.port)
        await scheduler.start()
        url = _url(server.host, site.port, tls=context is not None)
        return Started(url, database.shown, token if generated else None, _warnings(server, capacity))

    async def reload(self) -> tuple[str, ...]:
        """Read the configuration again (C3); the keys that wait for a restart.

        Raises ConfigurationError, StorageError; then nothing has changed.
        """
        return () if self._controls is None else await self._controls.world.reload()

    def _read(self, live: Live, workers: Workers) -> Reading:
        config = self._load()
        return Reading(origin_of(config), partial(live.settle, config, workers), live.waiting(config))

    async def stop(self) -> None:
        """Take no new connections, finish what was accepted, close everything. Does nothing twice."""
        while self._stops:
            done = self._stops.pop()()
            if asyncio.iscoroutine(done):
                await done


async def serve(
    config: Config,
    *,
    tls: tuple[str, str] | None,
    access_log: bool,
    announce: Callable[[Started], None],
    reload: Callable[[], Config],
) -> None:
    """Run a server until SIGTERM or SIGINT; SIGHUP lets it read its configuration again. Raises StartError."""
    asked = asyncio.Event()
    _on_signals(asked)
    allow_open_files(config.server.max_connections)
    asyncio.get_running_loop().set_exception_handler(Exhaustion())
    server = Server(config, tls=tls, access_log=access_log, reload=reload)
    started = await server.start()
    _on_hangup(server)
    _spare_the_lasting()
    try:
        announce(started)
        await asked.wait()
    finally:
        await server.stop()


def _on_signals(asked: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, asked.set)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(asked.set))


def _spare_the_lasting() -> None:
    """What was made at the start lasts as long as the process: the collector need not look through it time and again,
    and a request leaves so little behind that it may come less often."""
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    gc.enable()


def _on_hangup(server: Server) -> None:
    """Reload on SIGHUP, one at a time; Windows has none."""
    reloading: set[asyncio.Task[None]] = set()

    def reload() -> None:
        task = asyncio.create_task(_reload(server), name="eims-sim-reload")
        reloading.add(task)
        task.add_done_callback(reloading.discard)

    if hasattr(signal, "SIGHUP"):
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload)


async def _reload(server: Server) -> None:
    try:
        restart = await server.reload()
    except ConfigurationError as error:
        logger.warning("the configuration cannot be used, the last good one stays:\n%s", "\n".join(error.problems))
    except EimsSimError as error:
        logger.warning("the configuration was not read again: %s", error)
    else:
        waiting = f"; these wait for a restart: {', '.join(restart)}" if restart else ""
        logger.info("the configuration was read again%s", waiting)


def _control(controls: Controls, token: str, server: ServerSettings, zone: tzinfo) -> web.Application:
    from .web.control.app import control_app
    from .web.control.door import Door

    return control_app(controls, Door(token, server.allowed_hosts), server.body_limit, zone)


def origin_of(config: Config) -> Origin:
    """What a fresh start begins with."""
    server = config.server
    now = read_rfc3339(server.now) if server.now else None
    return Origin.of(server, now, Listing(config.accounts, config.rules, config.faults))


def _token(server: ServerSettings) -> tuple[str, bool]:
    """The control API's token, empty when it asks for none, and whether it was generated (C3)."""
    if server.admin_open:
        return "", False
    if server.admin_token or is_loopback(server.host):
        return server.admin_token, False
    return secrets.token_urlsafe(18), True


def _warnings(server: ServerSettings, capacity: Capacity) -> tuple[str, ...]:
    """What a person should know who lets others reach this simulator (C3, C5), or many of them."""
    told = []
    if capacity.short is not None:
        told.append(capacity.short)
    if server.admin_open:
        told.append("admin_open: whoever reaches this port controls the simulator")
    if server.diagnosis_headers and not is_loopback(server.host):
        told.append(
            "X-EIMS-Sim-Reason tells strangers which accounts exist and why they are refused; "
            "diagnosis_headers = false silences it"
        )
    return tuple(told)


def _tls_context(tls: tuple[str, str] | None) -> ssl.SSLContext | None:
    if tls is None:
        return None
    certificate, key = tls

    def refuse() -> str:  # without it OpenSSL would ask on the terminal, and wait
        raise StartError(f"The key {key} is encrypted. Give one that is not, readable by nobody else.")

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key, refuse)
    except (OSError, ssl.SSLError) as error:
        raise StartError(f"The certificate {certificate} and key {key} cannot be used: {error}.") from None
    return context


def _caller(server: ServerSettings) -> Caller:
    try:
        return Caller(server.callback_allow, server.callback_ca)
    except OSError as error:
        raise StartError(f"The authorities in {server.callback_ca} (callback_ca) cannot be used: {error}.") from None


async def _listen(runner: web.BaseRunner, host: str, port: int, context: ssl.SSLContext | None) -> web.TCPSite:
    site = web.TCPSite(runner, host, port, ssl_context=context, backlog=BACKLOG)
    try:
        await site.start()
    except UnicodeError:
        raise StartError(f"{host} is no name of a host; name an address with --host, such as 127.0.0.1.") from None
    except OSError as error:
        await site.stop()
        in_use = "already in use" in str(error).lower() or error.errno in (48, 98, 10048)
        what = "is in use" if in_use else f"cannot be listened on: {error.strerror or error}"
        raise StartError(f"Port {port} on {host} {what}. Name another with --port; 0 takes a free one.") from None
    return site


def _sockets(site: web.TCPSite) -> Sequence[Listening]:
    sockets: Sequence[Listening] = getattr(site._server, "sockets", ())  # noqa: SLF001  aiohttp shows them to nobody
    return sockets


async def _drain(
    endpoints: Endpoints, controls: Controls, front: Front, runner: FrontRunner, site: web.TCPSite
) -> None:
    """Take no new connections and let what was accepted be answered."""
    endpoints.closing = True
    await controls.world.stop()
    with contextlib.suppress(RuntimeError):
        await site.stop()
    began = real_seconds()
    steps = chain(STEPS_SECONDS, repeat(STEPS_SECONDS[-1]))
    while front.active or runner.connected:
        if real_seconds() - began >= (STOP_SECONDS if front.active else GRACE_SECONDS):
            return
        await real_sleep(next(steps))


def _url(host: str, port: int, *, tls: bool) -> str:
    return f"{'https' if tls else 'http'}://{bracketed(host)}:{port}"
