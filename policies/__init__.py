"""The pure core: what licences say, and what follows from them. No I/O, no async, no clock of its own."""
