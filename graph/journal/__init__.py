"""The journal: the one truth. Events, guards, the tree of hashes, and the registers kept beside them."""
