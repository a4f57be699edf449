"""A client of a server that runs somewhere: how the shell and the test helper reach it, over the standard library."""
