"""`python -m eims_sim` is `eims-sim`."""

from .cli.main import run

if __name__ == "__main__":
    run()
