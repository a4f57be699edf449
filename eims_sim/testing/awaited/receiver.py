"""What came to a test's callback endpoint (C6)?"""

from ...client.receiver import CallbackServer, Put
from ..reports import Report, read_reports
from ..shortfalls import too_few_reports
from ..watching import AsyncWatch


class AsyncReceiver:
    """A callback endpoint: what was PUT to it, and what it answers."""

    def __init__(self, server: CallbackServer) -> None:
        self._server = server

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._server.url

    @property
    def reports(self) -> list[Report]:
        """Every report that has come, in the order of arrival, repeated ones too."""
        return read_reports(self._server.puts)

    @property
    def puts(self) -> list[Put]:
        """Every push that has come, as it came."""
        return self._server.puts

    def answer(self, http_status: int, times: int = 1) -> None:
        """Answer the next pushes with this HTTP status; then it is 200 again."""
        self._server.answer(http_status, times)

    async def wait(self, count: int = 1, timeout: float = 5) -> list[Report]:
        """The reports, as soon as there are `count`.

        Raises TimeoutError, which says what there was, after `timeout` real seconds.
        """
        if not await AsyncWatch(self._server).until(lambda: len(self.reports) >= count, timeout):
            raise TimeoutError(too_few_reports(self.reports, count, timeout))
        return self.reports
