"""Long ids are shortened so that they can still be told apart; nothing else is touched."""

import pytest

from gateway.demo.brevity import brief

HASH = "c4bdbaa8419b6b10ec37f272bb7dfb4131171ec1ca65a748fa1cb5c7af390aa6"


@pytest.mark.parametrize(
    ("whole", "short"),
    [
        ("urn:muniment:party:01a2224f-64f3-76c4-961a-1d302d443884", "urn:muniment:party:…2d443884"),
        ("urn:muniment:ethics-case:01a2224f-692b-734b-8371-fec305b5780a", "urn:muniment:ethics-case:…05b5780a"),
        (f"sha-256:{HASH}", "sha-256:c4bdbaa8419b…"),
        ("ADAu7RfjqFwO7uMgpizeiSO0IZr2uZuw0WAbyOKEy70", "ADAu7RfjqFwO…"),
        ("d11fe0b1b8326f35d56feae41f7e15ec", "d11fe0b1b832…"),
    ],
)
def test_long_id_is_shortened_wherever_it_stands(whole, short):
    assert brief(whole) == short
    assert brief(f"pay `{whole}` now, {whole}.") == f"pay `{short}` now, {short}."


@pytest.mark.parametrize(
    "text",
    [
        "https://creativecommons.org/licenses/by-sa/4.0/",
        "https://w3id.org/dpv#ResearchAndDevelopment",
        "a_word_of_many_parts_that_is_no_id_at_all",
        "the number of records is at most 12345678901234567890123456789012345678",
        f"/srv/worlds/{HASH}/proof.json",
    ],
)
def test_addresses_words_and_figures_stay_whole(text):
    assert brief(text) == text
