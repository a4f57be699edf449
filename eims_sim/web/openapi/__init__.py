"""What can be asked of this server, and what does it answer (C4)? The OpenAPI document, derived from the code."""

from .document import document

__all__ = ["document"]
