"""What an operator with rights on the database can do, and that it is noticed and named."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from graph.errors import JournalCorruptError, ProofUnavailableError
from graph.journal.events import Event
from graph.journal.heads import HeadFile, HeadSigner
from graph.journal.journal import Entry, Journal
from graph.journal.merkle import EMPTY_ROOT, verify_consistency, verify_inclusion
from graph.journal.receipt import Receipt
from graph.signing import RECEIPT_TYP, SigningKey, verify, verify_note
from graph.times import instant_text
from tests.testkit.record import a_journal, a_licence, a_party, an_access, record

KEY = SigningKey.generate()
ORIGIN = "muniment.example/journal"


async def a_signed_journal(folder: Path) -> None:
    """Ten events; the head of all of them is signed when the journal closes."""
    async with a_journal(folder, key=KEY) as journal:
        await record(journal, *a_licence(), an_access(1), an_access(2))


def alter(folder: Path, *statements: str) -> None:
    connection = sqlite3.connect(folder / "journal.db", isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


async def finding(folder: Path) -> str:
    with pytest.raises(JournalCorruptError) as corrupt:
        async with a_journal(folder, key=KEY):
            pass
    assert corrupt.value.code == "JOURNAL_CORRUPT"
    return corrupt.value.finding


SWAP = (
    "CREATE TEMP TABLE kept AS SELECT * FROM journal_event WHERE seq IN (3, 4)",
    "DELETE FROM journal_event WHERE seq IN (3, 4)",
    "INSERT INTO journal_event SELECT 7 - seq, type, canonical, leaf FROM kept",
)
SPOIL_THE_TREE = "UPDATE journal_node SET hash = zeroblob(32) WHERE level = 3"
DROP_TAIL = ("DELETE FROM journal_event WHERE seq = 9",)
ATTACKS: dict[str, tuple[tuple[str, ...], str]] = {
    "a byte is flipped": (
        ("UPDATE journal_event SET canonical = replace(canonical, 'client', 'clienT') WHERE seq = 1",),
        "an event was altered",
    ),
    "a leaf is altered": (("UPDATE journal_event SET leaf = zeroblob(32) WHERE seq = 1",), "an event was altered"),
    "the tail is dropped": (DROP_TAIL, "it has fewer events than the last signed head"),
    "everything is dropped": (("DELETE FROM journal_event",), "it has fewer events than the last signed head"),
    "an event is taken out": (("DELETE FROM journal_event WHERE seq = 3",), "an event is missing"),
    "two events change places": (SWAP, "it does not continue the last signed head"),
    "the edge of the tree is altered": (
        ("UPDATE journal_head SET peaks = zeroblob(64)",),
        "the stored edge of the tree is not that of the events",
    ),
    "the size of the tree is altered": (
        ("UPDATE journal_head SET size = 11",),
        "the stored edge of the tree does not fit its size",
    ),
    "the edge of the tree is gone": (
        ("DELETE FROM journal_head",),
        "the stored edge of the tree is not that of the events",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_an_altered_journal_is_noticed_before_it_serves(tmp_path: Path, attack: str) -> None:
    statements, named = ATTACKS[attack]
    await a_signed_journal(tmp_path)

    alter(tmp_path, *statements)

    assert await finding(tmp_path) == named


@pytest.mark.parametrize("attack", sorted(set(ATTACKS) - {"two events change places"}))
async def test_most_attacks_show_without_any_signed_head(tmp_path: Path, attack: str) -> None:
    statements, _ = ATTACKS[attack]
    await a_signed_journal(tmp_path)
    (tmp_path / "journal.db.head").unlink()

    alter(tmp_path, *statements)

    assert await finding(tmp_path)


async def test_a_back_dated_event_with_its_hash_is_noticed(tmp_path: Path) -> None:
    await a_signed_journal(tmp_path)
    connection = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    (canonical,) = connection.execute("SELECT canonical FROM journal_event WHERE seq = 7").fetchone()
    forged = canonical.replace(b"2026-11-21", b"2025-11-21")
    assert forged != canonical
    leaf = sha256(b"\x00" + forged).digest()
    connection.execute("UPDATE journal_event SET canonical = ?, leaf = ? WHERE seq = 7", (forged, leaf))
    connection.close()

    assert await finding(tmp_path) == "it does not continue the last signed head"


async def test_an_old_database_that_is_put_back_is_noticed(tmp_path: Path) -> None:
    await a_signed_journal(tmp_path)
    shutil.copy(tmp_path / "journal.db", tmp_path / "old.db")
    async with a_journal(tmp_path, key=KEY) as journal:
        await record(journal, an_access(3))

    shutil.copy(tmp_path / "old.db", tmp_path / "journal.db")

    assert await finding(tmp_path) == "it has fewer events than the last signed head"


@pytest.mark.parametrize("change", [lambda note: note.replace("10\n", "11\n", 1), lambda _: "", lambda _: "a\n\nb\n"])
async def test_an_altered_signed_head_is_noticed(tmp_path: Path, change: Callable[[str], str]) -> None:
    await a_signed_journal(tmp_path)
    head = tmp_path / "journal.db.head"

    head.write_text(change(head.read_text()))

    assert "was not signed by this key" in await finding(tmp_path)


async def test_the_head_of_another_key_is_not_continued(tmp_path: Path) -> None:
    await a_signed_journal(tmp_path)

    with pytest.raises(JournalCorruptError, match="not signed by this key"):
        async with a_journal(tmp_path, key=SigningKey.generate()):
            pass


async def altered_while_it_serves(folder: Path, statement: str, *afterwards: Event) -> None:
    """A journal whose head was signed is altered; it goes on, and signs once more when it closes."""
    async with a_journal(folder, key=KEY) as journal:
        await record(journal, *a_licence())
        await journal.checkpoint()
        alter(folder, statement)
        for event in afterwards:
            await record(journal, event)


async def test_nothing_is_signed_over_a_journal_that_shrank_while_it_served(tmp_path: Path) -> None:
    with pytest.raises(JournalCorruptError, match="fewer events"):
        await altered_while_it_serves(tmp_path, "DELETE FROM journal_head")


async def test_nothing_is_signed_over_a_tree_that_changed_while_it_served(tmp_path: Path) -> None:
    with pytest.raises(JournalCorruptError, match="does not continue"):
        await altered_while_it_serves(tmp_path, SPOIL_THE_TREE, an_access())


async def test_a_journal_found_altered_takes_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.journal.writer.EVENTS_PER_HEAD", 1)

    with pytest.raises(JournalCorruptError, match="does not continue"):
        await altered_while_it_serves(tmp_path, SPOIL_THE_TREE, an_access(1), an_access(2))

    connection = sqlite3.connect(tmp_path / "journal.db")
    assert connection.execute("SELECT count(*) FROM journal_event").fetchone() == (9,)
    connection.close()


async def test_a_head_is_signed_without_being_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.journal.writer.EVENTS_PER_HEAD", 5)
    async with a_journal(tmp_path, key=KEY) as journal:
        await record(journal, a_party())
        await journal.append()
        assert not (tmp_path / "journal.db.head").exists()

        await record(journal, *a_licence())
        await journal.append(Entry(events=()))

        signer = HeadSigner(key=KEY, origin=ORIGIN, store=HeadFile(path=tmp_path / "journal.db.head"))
        last = signer.last()
        assert last is not None
        assert last.tree_size == 9


async def test_a_checkpoint_is_a_note_over_size_and_root(tmp_path: Path) -> None:
    async with a_journal(tmp_path, key=KEY) as journal:
        empty = await journal.checkpoint()
        await record(journal, *a_licence())
        first = await journal.checkpoint()
        again = await journal.checkpoint()
        await record(journal, an_access())
        second = await journal.checkpoint()

        assert (empty.tree_size, empty.root) == (0, EMPTY_ROOT)
        assert (first.origin, first.tree_size) == (journal.origin, 8)
        assert again == first
        assert second.tree_size == 9
        assert verify_note(second.note, ORIGIN, KEY.public_jwk).startswith(f"{ORIGIN}\n9\n")
        proof = await journal.consistency(8, 9)
        assert verify_consistency(first=8, first_root=first.root, second=9, second_root=second.root, proof=proof.path)


async def test_every_event_can_be_proved_in_every_tree_that_holds_it(tmp_path: Path) -> None:
    async with a_journal(tmp_path) as journal:
        recorded = await record(journal, *a_licence(), an_access())
        root = (await journal.checkpoint()).root

        for each in recorded:
            proof = await journal.proof(each.seq)
            assert (proof.canonical, proof.tree_size) == (each.canonical, 9)
            assert verify_inclusion(leaf=each.leaf, index=each.seq, size=9, proof=proof.path, root=root)
            assert (await journal.proof(each.seq, each.seq + 1)).holds()


@pytest.mark.parametrize(("seq", "size"), [(8, None), (-1, None), (0, 9), (3, 3), (0, 0)])
async def test_there_is_no_proof_of_what_is_not_there(tmp_path: Path, seq: int, size: int | None) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())

        with pytest.raises(ProofUnavailableError):
            await journal.proof(seq, size)


@pytest.mark.parametrize(("first", "second"), [(0, 8), (8, 7), (1, 9)])
async def test_there_is_no_consistency_of_sizes_that_never_were(tmp_path: Path, first: int, second: int) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())

        with pytest.raises(ProofUnavailableError):
            await journal.consistency(first, second)


async def proofs(journal: Journal) -> None:
    await journal.proof(0)


async def consistencies(journal: Journal) -> None:
    await journal.consistency(3, 8)


@pytest.mark.parametrize("ask", [proofs, consistencies])
@pytest.mark.parametrize(
    "damage",
    ["DELETE FROM journal_node WHERE level = 1", "UPDATE journal_node SET hash = zeroblob(32) WHERE level = 1"],
)
async def test_a_damaged_tree_proves_nothing(
    tmp_path: Path, ask: Callable[[Journal], "asyncio.Future[None]"], damage: str
) -> None:
    async with a_journal(tmp_path) as journal:
        await record(journal, *a_licence())
        alter(tmp_path, damage)

        with pytest.raises(JournalCorruptError):
            await ask(journal)


async def test_a_receipt_promises_the_leaf_at_its_place(tmp_path: Path) -> None:
    async with a_journal(tmp_path, key=KEY) as journal:
        recorded = await record(journal, *a_licence(), an_access(4))

        receipt = journal.receipt(recorded[-1])

        assert isinstance(receipt, Receipt)
        assert (receipt.id, receipt.seq, receipt.tree_size) == ("urn:muniment:access:4", 8, 9)
        assert verify(receipt.signature, KEY.public_jwk, typ=RECEIPT_TYP) == {
            "id": receipt.id,
            "seq": 8,
            "leaf": recorded[-1].leaf.hex(),
            "at": instant_text(receipt.at),
            "tree_size": 9,
        }
        assert journal.receipt(recorded[0]).id == "urn:muniment:event:0"
