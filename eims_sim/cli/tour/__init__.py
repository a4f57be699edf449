"""`eims-sim tour`: a walk through the gateway, which checks everything that it shows."""
