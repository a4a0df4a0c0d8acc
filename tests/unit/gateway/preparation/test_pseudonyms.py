import pyarrow as pa

from gateway.preparation.pseudonyms import licence_key, pseudonyms

MASTER = b"m" * 32


def test_one_person_has_one_pseudonym_under_one_licence() -> None:
    key = licence_key(MASTER, "urn:muniment:licence:1")

    names = pseudonyms(key, "value", pa.array(["ann", "bob", "ann", None])).to_pylist()

    assert names[0] == names[2] != names[1]
    assert names[3] is None
    assert all(len(name) == 32 for name in names[:3])


def test_two_licences_do_not_join() -> None:
    first, second = (licence_key(MASTER, f"urn:muniment:licence:{each}") for each in (1, 2))
    people = pa.array([f"person {number}" for number in range(100)])

    assert not set(pseudonyms(first, "value", people).to_pylist()) & set(
        pseudonyms(second, "value", people).to_pylist()
    )


def test_domain_separates_people_from_records() -> None:
    key = licence_key(MASTER, "urn:muniment:licence:1")

    assert (
        pseudonyms(key, "value", pa.array(["x"])).to_pylist() != pseudonyms(key, "record", pa.array(["x"])).to_pylist()
    )


def test_dictionary_encoded_values_give_the_same_names() -> None:
    key = licence_key(MASTER, "urn:muniment:licence:1")
    plain = pa.array(["b", "a", None, "b"])

    assert (
        pseudonyms(key, "value", plain.dictionary_encode()).to_pylist() == pseudonyms(key, "value", plain).to_pylist()
    )
