"""The calls of a simulator, one class for each thing. Written by compile.py."""
