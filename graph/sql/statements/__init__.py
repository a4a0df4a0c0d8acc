"""Every statement of the journal, prepared; one module per concern. The parameters are named after the columns."""
