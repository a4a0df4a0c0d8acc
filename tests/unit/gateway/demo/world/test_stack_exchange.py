import gzip
from pathlib import Path

import pytest

from gateway.demo.world.forum import main
from gateway.demo.world.stack_exchange import ForumUnreadableError, read_forum

USERS = """<users>
<row Id="7" Reputation="101" CreationDate="2020-01-01T00:00:00.000" DisplayName="Nobody &amp; Co" AboutMe="" />
<row Id="-1" Reputation="1" CreationDate="2019-01-01T00:00:00.000" Location="Nowhere" />
</users>"""
POSTS = """<posts>
<row Id="1" PostTypeId="1" CreationDate="2020-01-01T00:00:00.123" Score="-2" Body="&lt;p&gt;a&#10;b&lt;/p&gt;"
 ContentLicense="CC BY-SA 4.0" OwnerUserId="7" Title="left out" />
<row Id="2" PostTypeId="2" ParentId="1" CreationDate="2020-01-01T00:00:00.123" Score="0" Body="" />
<row Id="3" PostTypeId="5" CreationDate="2020-01-01T00:00:00.123" Score="0" Body="" />
</posts>"""
BADGES = '<badges><row Id="1" UserId="7" Name="Reader" Class="2" Date="2020-01-02T00:00:00.000" /></badges>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"Users": USERS, "Posts": POSTS, "Comments": "<comments></comments>", "Badges": BADGES}.items():
        (tmp_path / f"{name}.xml.gz").write_bytes(gzip.compress(text.encode()))
    return tmp_path


def test_rows_become_items_in_the_order_of_their_key(folder: Path) -> None:
    forum = read_forum(folder)

    assert [row["user_id"] for row in forum.users] == [-1, 7]
    assert forum.users[1]["display_name"] == "Nobody & Co"
    assert forum.users[1]["about_me"] == ""
    assert "location" not in forum.users[1]
    assert forum.posts[0] == {
        "post_id": 1,
        "post_type": "question",
        "owner_id": 7,
        "score": -2,
        "creation_date": "2020-01-01T00:00:00.123Z",
        "body": "<p>a\nb</p>",
        "content_license": "CC BY-SA 4.0",
    }
    assert [row["post_type"] for row in forum.posts[1:]] == ["answer", "wiki"]
    assert forum.badges[0]["rank"] == "silver"


@pytest.mark.parametrize(
    "content",
    [
        b"not gzip",
        gzip.compress(b"<posts><row Id='1'"),
        gzip.compress(POSTS.encode())[:-20],
        gzip.compress(b"<posts><row Score='1' /></posts>"),
        gzip.compress(b"<posts><row Id='one' /></posts>"),
        gzip.compress(b'<!DOCTYPE x [<!ENTITY a "b">]><posts><row Id="1" Body="&a;" /></posts>'),
        None,
    ],
    ids=["not gzip", "cut XML", "cut gzip", "no key", "key that is no number", "entities", "no file"],
)
def test_folder_that_is_no_forum_is_refused_with_the_file(folder: Path, content: bytes | None) -> None:
    file = folder / "Posts.xml.gz"
    file.unlink()
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ForumUnreadableError) as refused:
        read_forum(folder)

    assert refused.value.file == file
    assert refused.value.code == "FORUM_UNREADABLE"


def test_program_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 2
    assert "FORUM_UNREADABLE" in capsys.readouterr().err
