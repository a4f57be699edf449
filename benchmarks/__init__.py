"""How fast are we, beside the floor of what is possible? In ratios: a time alone proves nothing on a shared machine."""
