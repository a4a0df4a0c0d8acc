"""The GraphQL surface: schema, limits, execution, and the HTTP endpoint."""
