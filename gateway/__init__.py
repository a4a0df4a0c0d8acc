"""The application: the GraphQL gateway, its authorization, its use cases, its commands."""
