"""Drives a gateway with load, any gateway: it speaks the protocol and nothing else. The clock is the real one."""
