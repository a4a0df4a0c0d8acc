"""The story of the product, told over HTTP against a served gateway, and the small world it plays in."""
