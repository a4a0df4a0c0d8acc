import hmac
from pathlib import Path

import pytest

from graph.journal.vault import SALT_BYTES, Vault, subject_key
from tests.testkit.record import a_database


def a_vault(folder: Path) -> Vault:
    return Vault(a_database(folder))


def test_a_text_is_kept_until_it_is_erased(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    ref = vault.put("because I say so", "urn:case:1")

    assert ref.startswith("urn:muniment:text:")
    assert vault.get(ref) == "because I say so"
    assert vault.erase(ref)
    assert vault.get(ref) is None
    assert not vault.erase(ref)


def test_everything_about_a_thing_is_erased_at_once(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    about = [vault.put(text, "urn:case:1") for text in ("one", "two")]
    other = vault.put("three", "urn:case:2")

    assert vault.erase_about("urn:case:1") == 2
    assert [vault.get(ref) for ref in about] == [None, None]
    assert vault.get(other) == "three"


@pytest.mark.requirement("R69")
def test_what_was_erased_is_not_left_in_the_file(tmp_path: Path) -> None:
    engine = a_database(tmp_path)
    vault = Vault(engine)
    secret = "a very personal sentence that nobody may find again" * 20
    vault.erase(vault.put(secret, "urn:case:1"))
    engine.dispose()

    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert b"very personal sentence" not in left


def test_a_salt_is_made_once_per_scope_and_can_be_destroyed(tmp_path: Path) -> None:
    vault = a_vault(tmp_path)
    salt = vault.salt("forum")

    assert len(salt) == SALT_BYTES
    assert vault.salt("forum") == salt
    assert vault.salt("bazaar") != salt
    assert Vault(a_database(tmp_path)).salt("forum") == salt
    assert vault.forget("forum")
    assert not vault.forget("forum")
    assert vault.salt("forum") != salt


def test_a_subject_key_is_a_keyed_hash_of_platform_and_account() -> None:
    salt = b"s" * SALT_BYTES

    key = subject_key(salt, "forum", "alice")

    message = b"\0\0\0\0\0\0\0\x05forum\0\0\0\0\0\0\0\x05alice"
    assert key == hmac.digest(salt, message, "sha256").hex()[:32]
    assert key != subject_key(b"t" * SALT_BYTES, "forum", "alice")
    assert subject_key(salt, "ab", "c") != subject_key(salt, "a", "bc")
    assert subject_key(salt, "forum", "ren\u00e9") == subject_key(salt, "forum", "rene\u0301")
