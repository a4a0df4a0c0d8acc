"""The embedded authorization server: registration by invitation, tokens by ``private_key_jwt``, metadata, keys.

What it does not have, on purpose: passwords, secrets, an authorization endpoint, refresh tokens. A later authorization
code flow, pushed requests and proof of possession (DPoP) belong here too.
"""

from gateway.auth.server.bootstrap import Operator, bootstrap
from gateway.auth.server.keys import load_or_create, public
from gateway.auth.server.routes import authorization_server

__all__ = ["Operator", "authorization_server", "bootstrap", "load_or_create", "public"]
