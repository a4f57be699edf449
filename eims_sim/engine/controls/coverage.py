"""Which codes have clients met, which never, and what did they do wrong (C4)?"""

from ..parts import Parts
from ..tally import Coverage, Finding


class CoverageControls:
    """The operator's view of what clients met; it outlives resets."""

    def __init__(self, parts: Parts) -> None:
        self._tally = parts.tally

    def met(self) -> Coverage:
        """How often each status was answered, and each report code was polled or pushed."""
        return self._tally.coverage()

    def forget_met(self) -> None:
        """Count anew."""
        self._tally.clear_coverage()

    def findings(self) -> list[Finding]:
        """What clients did wrong, by code."""
        return self._tally.findings()

    def forget_findings(self) -> None:
        """Empty the findings."""
        self._tally.clear_findings()
