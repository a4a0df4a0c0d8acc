"""Reading under licence: the eight steps, one per file, listed in ``pipeline.py``."""
