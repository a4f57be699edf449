"""The control API (C4), one file per resource."""
