"""All benchmarks, one after the other: ratios against named peers, each pair measured in this one run."""

from benchmarks import deciding, decisions, journal, lists, loading


def main() -> None:
    """Measure and print."""
    lists.main()
    journal.main()
    decisions.main()
    deciding.main()
    loading.main()


if __name__ == "__main__":
    main()
