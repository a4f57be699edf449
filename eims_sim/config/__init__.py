"""Which settings does this run have (C3)? File, environment and options become one `Config`, or every error at once."""

from .loading import Config, load_config, load_with_keywords

__all__ = ["Config", "load_config", "load_with_keywords"]
