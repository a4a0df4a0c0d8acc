"""Deliveries: order a package, prepare it, seal it, let it leave, and take the licensee's receipt."""
