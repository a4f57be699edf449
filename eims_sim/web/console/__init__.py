"""What does a person see who opens the simulator in a browser (C4)? Pages without data: the control API gives it."""
