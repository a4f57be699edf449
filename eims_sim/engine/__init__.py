"""The running gateway: clock, endpoints, scheduler, pusher."""
