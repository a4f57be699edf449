"""What the gateway decides. Pure: now, chance and the state of the world arrive as arguments."""
