"""The command ``muniment``. Every module here is cheap to import: what a command needs is imported when it runs."""
