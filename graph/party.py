"""The kinds of party that the whole product knows."""

from enum import StrEnum


class PartyKind(StrEnum):
    """Who a party is: the six kinds of owner, and the other roles."""

    AVATAR_OWNER = "AVATAR_OWNER"
    CONTENT_CREATOR = "CONTENT_CREATOR"
    BUSINESS = "BUSINESS"
    ADVERTISER = "ADVERTISER"
    PLATFORM_DEVELOPER = "PLATFORM_DEVELOPER"
    INFRASTRUCTURE_PROVIDER = "INFRASTRUCTURE_PROVIDER"
    LLM_DEVELOPER = "LLM_DEVELOPER"
    DATA_SUBJECT = "DATA_SUBJECT"
    AUDITOR = "AUDITOR"
    ETHICS_BOARD = "ETHICS_BOARD"
    OPERATOR = "OPERATOR"
