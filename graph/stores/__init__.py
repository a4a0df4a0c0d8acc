"""Where the provenance graph is kept: one port, several stores."""
