"""Who calls, and what a token lets them do: authorization server, verifier, scopes, principals."""
