"""What the document says: codes, bounds, byte shapes. Pure, standard library only."""
