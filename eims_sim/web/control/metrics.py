"""tmp"""
OPERATIONS = ()
