"""The calls of a simulator, one class for each thing."""
