"""The schema: every area put together, in two profiles."""

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from gateway.api.kinds import KIND_TYPES
from gateway.api.mutations.consents import ConsentMutation
from gateway.api.mutations.deliveries import DeliveryMutation
from gateway.api.mutations.duties import DutyMutation
from gateway.api.mutations.ethics import EthicsMutation
from gateway.api.mutations.licences import LicenceMutation
from gateway.api.mutations.parties import PartyMutation
from gateway.api.mutations.publishing import PublishingMutation
from gateway.api.mutations.reporting import ReportingMutation
from gateway.api.mutations.requests import RequestMutation
from gateway.api.mutations.signing import SigningMutation
from gateway.api.parties import PartyQuery
from gateway.api.provenance import ProvenanceQuery
from gateway.api.queries import LicensingQuery, OversightQuery
from gateway.api.records import RecordQuery
from gateway.api.scalars import SCALARS


@strawberry.type(description="Where reading starts.")
class Query(PartyQuery, LicensingQuery, OversightQuery, ProvenanceQuery, RecordQuery):  # type: ignore[misc]  # made
    """Where reading starts."""


@strawberry.type(
    description="Everything that changes something. Each takes one `input` and gives its mistakes beside its result."
)
class Mutation(
    PartyMutation,
    PublishingMutation,
    SigningMutation,
    ConsentMutation,
    RequestMutation,
    LicenceMutation,
    DeliveryMutation,
    ReportingMutation,
    DutyMutation,
    EthicsMutation,
):
    """Everything that changes something."""


def build_schema() -> strawberry.Schema:
    """The schema. How openly it is served is the engine's and the endpoint's business; the schema is the same."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        types=[each.record for each in KIND_TYPES.values()],
        # WHY: not sorted here: sorting copies enums without the conversion to their members.
        config=StrawberryConfig(scalar_map=SCALARS),
    )


def graphql_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """The executable schema inside of Strawberry's."""
    # WHY: the engine parses, validates and executes by itself; Strawberry offers no public way to its schema.
    return schema._schema  # noqa: SLF001  # see above
