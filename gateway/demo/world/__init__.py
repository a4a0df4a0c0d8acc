"""The demo's three platforms: a grid's database, a forum behind HTTP, a trust ledger; all people are invented."""
