"""Reading the registers, one module per concern; ``graph.journal.view.View`` is all of them."""
