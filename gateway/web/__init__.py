"""Plain HTTP beside GraphQL: health and metrics."""
