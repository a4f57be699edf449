"""How does the log look (C2)? One line an event on standard error, as text or as JSON."""

import logging
from datetime import UTC, datetime
from typing import Final

LEVELS: Final = ("debug", "info", "warning", "error")
FORMATS: Final = ("text", "json")


class JsonFormatter(logging.Formatter):
    """Each record as a JSON object, its moment in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """The record on one line."""
        import json

        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def start_log(level: str, format: str) -> None:
    """Log from a level of `LEVELS` on, in a format of `FORMATS`.

    Libraries log from warning on: the driver's debug log would tell every statement with its secrets.
    """
    text = logging.Formatter("{asctime} {levelname:<7} {name}: {message}", style="{")
    target = logging.StreamHandler()
    target.setFormatter(JsonFormatter() if format == "json" else text)
    threshold = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[target], force=True)
    logging.getLogger("eims_sim").setLevel(threshold)
