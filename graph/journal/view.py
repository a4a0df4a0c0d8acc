"""The whole record, read at one moment."""

from graph.journal.reads.consents import ConsentReads
from graph.journal.reads.deliveries import DeliveryReads
from graph.journal.reads.duties import DutyReads
from graph.journal.reads.events import EventReads
from graph.journal.reads.licences import LicenceReads
from graph.journal.reads.negotiations import NegotiationReads
from graph.journal.reads.parties import PartyReads
from graph.journal.reads.reports import ReportReads


class View(PartyReads, NegotiationReads, LicenceReads, DeliveryReads, ReportReads, DutyReads, ConsentReads, EventReads):
    """Synchronous and read-only: what ``Journal.view`` hands to its work, in a thread of its own.

    Everything read through one view belongs to one state of the journal. Listings are in order of ``seq`` and begin
    after ``after``, the ``seq`` of the last row seen.
    """
