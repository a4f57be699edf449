"""What is kept: tables, the one door that writes, and reads."""
