"""The `align` command from its first moment: Ctrl-C is minded before anything that takes time is imported."""

from aligner.interruption import end_at_once


def main() -> None:
    """Run the command; see ``cli``."""
    end_at_once()
    from aligner.cli import main as command

    command()


if __name__ == "__main__":
    main()
