"""What monitors and verifiers read over HTTP, and that nothing they send breaks it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from governance.record import merkle, multikey, notes, reads, signing, tlog_proof
from governance.record.models import Entry, Pending

Count = Callable[..., list[Pending]]
Sequence = Callable[[], int]

IMMUTABLE = "public, max-age=31536000, immutable"


@pytest.fixture
def grown(count: Count, sequence: Sequence) -> list[Pending]:
    """A record of 300 entries."""
    submitted = count(300)
    sequence()
    return submitted


def monitored_head(client: Client) -> notes.TreeHead:
    """The checkpoint, verified with the key that did.json lists."""
    document = client.get("/.well-known/did.json").json()
    [method] = [
        method
        for method in document["verificationMethod"]
        if method["id"].partition("#")[2].startswith("record-")
    ]
    key = multikey.decode_public(method["publicKeyMultibase"])
    response = client.get("/record/checkpoint")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-cache" in response["Cache-Control"]
    text = notes.verify(response.content.decode(), [notes.Verifier("localhost:8000/record", key)])
    return notes.parse_tree_head(text)


def test_a_monitor_reads_the_whole_log_and_finds_it_right(
    client: Client, grown: list[Pending]
) -> None:
    head = monitored_head(client)
    assert (head.origin, head.size) == ("localhost:8000/record", 300)

    def load(level: int, number: int, width: int) -> bytes:
        response = client.get(f"/record/{merkle.tile_path(level, number, width)}")
        assert response.status_code == 200
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Cache-Control"] == IMMUTABLE
        assert len(response.content) == 32 * width
        return response.content

    assert merkle.tree_root(300, merkle.TileReader(300, load)) == head.root
    entries: list[bytes] = []
    for number, width in ((0, 256), (1, 44)):
        response = client.get(f"/record/{merkle.tile_path('entries', number, width)}")
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Cache-Control"] == IMMUTABLE
        found = merkle.unbundle(response.content)
        assert b"".join(map(merkle.leaf_hash, found)) == load(0, number, width)
        entries += found
    assert [json.loads(data)["number"] for data in entries] == list(range(300))
    # A monitor may still ask for a partial tile that a checkpoint before had.
    assert client.get("/record/tile/0/000.p/7").content == load(0, 0, 256)[: 7 * 32]


def test_what_is_served_is_what_is_published_as_files(
    client: Client, grown: list[Pending], record_of_its_own: Path
) -> None:
    files = [path for path in record_of_its_own.rglob("*") if path.is_file()]
    # The keys, the checkpoint, two full and two growing ones on the leaves' level, one above.
    assert len(files) == 7
    for path in files:
        response = client.get(f"/{path.relative_to(record_of_its_own)}")
        assert response.content == path.read_bytes(), path
        assert response["Access-Control-Allow-Origin"] == "*"


def test_what_c2sp_says_of_headers_holds_for_every_address(
    client: Client, grown: list[Pending], count: Count, sequence: Sequence
) -> None:
    """Tiles never change, full or partial; the checkpoint does. All can be asked for again."""
    count(1, start=300)
    sequence()
    leaf = grown[7].leaf_hash
    for path, media_type, caching in (
        ("/record/checkpoint", "text/plain; charset=utf-8", "public, no-cache"),
        ("/record/checkpoints/300", "text/plain; charset=utf-8", IMMUTABLE),
        ("/record/checkpoints/301", "text/plain; charset=utf-8", IMMUTABLE),
        ("/record/tile/0/000", "application/octet-stream", IMMUTABLE),
        ("/record/tile/0/001.p/45", "application/octet-stream", IMMUTABLE),
        ("/record/tile/0/001.p/44", "application/octet-stream", IMMUTABLE),
        ("/record/tile/1/000.p/1", "application/octet-stream", IMMUTABLE),
        ("/record/tile/entries/000", "application/octet-stream", IMMUTABLE),
        ("/record/tile/entries/001.p/45", "application/octet-stream", IMMUTABLE),
        (f"/record/entry/{leaf}.json", "application/json", IMMUTABLE),
        (f"/record/proof?hash={leaf}", "text/plain; charset=utf-8", "public, no-cache"),
        ("/record/consistency.json?old=300", "application/json", "public, no-cache"),
        ("/.well-known/did.json", "application/did+json", "public, no-cache"),
        ("/schemas/record/test.kept.json", "application/schema+json", "public, no-cache"),
    ):
        whole = client.get(path)
        headers = whole.headers
        assert whole.status_code == 200, path
        assert (headers["Content-Type"], headers["Cache-Control"]) == (media_type, caching), path
        assert headers["Access-Control-Allow-Origin"] == "*", path
        assert "Vary" not in headers, path
        assert "Set-Cookie" not in headers, path
        tag = headers["ETag"]
        assert tag == f'"{hashlib.sha256(whole.content).hexdigest()}"', path

        head = client.head(path)
        assert (head.status_code, head.content) == (200, b""), path
        assert {**head.headers, "Content-Length": ""} == {**headers, "Content-Length": ""}, path

        for sent in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = client.get(path, headers={"If-None-Match": sent})
            assert (again.status_code, again.content) == (304, b""), (path, sent)
            assert again.headers["ETag"] == tag, path
            assert again.headers["Cache-Control"] == caching, path
            assert again.headers["Access-Control-Allow-Origin"] == "*", path
        for sent in ('"other"', "garbage", "", '""'):
            assert client.get(path, headers={"If-None-Match": sent}).status_code == 200, path


def test_the_tag_of_the_checkpoint_follows_the_record(
    client: Client, count: Count, sequence: Sequence
) -> None:
    count(1)
    sequence()
    tag = client.get("/record/checkpoint").headers["ETag"]
    count(1, start=1)
    sequence()
    fresh = client.get("/record/checkpoint", headers={"If-None-Match": tag})
    assert fresh.status_code == 200
    assert fresh.headers["ETag"] != tag


def test_checkpoints_signed_earlier_stay_and_no_others_are_there(
    client: Client, grown: list[Pending], count: Count, sequence: Sequence
) -> None:
    first = client.get("/record/checkpoint").content
    count(1, start=300)
    sequence()
    assert client.get("/record/checkpoints/300").content == first
    assert client.get("/record/checkpoints/301").content != first
    for size in ("299", "302", "0300", "-1", "x", "", "9" * 18, "9" * 30):
        assert client.get(f"/record/checkpoints/{size}").status_code == 404, size


NO_TILES = [
    "0/001",  # not full yet
    "0/001.p/45",  # not that wide yet
    "0/001.p/0",
    "0/001.p/256",
    "0/001.p/044",
    "0/002.p/1",
    "0/1.p/44",
    "0/x000/001.p/44",
    "0/x999/x999/x999/x999/x999/x999/x999/x999/999",
    "00/000",
    "64/000",
    "-1/000",
    "2/000.p/1",
    "63/000",
    "entries/001",
    "entries/001.p/45",
    "entries/x000/000",
    "entries/",
    "entries/00a",
    "0/000.p/",
    "0/000.p",
    "0/",
    "",
    "0/%00%00%00",
    "0/٠٠٠",
]


def test_tiles_that_there_are_not_are_not_found(client: Client, grown: list[Pending]) -> None:
    for path in NO_TILES:
        assert client.get(f"/record/tile/{path}").status_code == 404, path


def test_a_proof_verifies_with_nothing_but_the_published_key(
    client: Client, grown: list[Pending]
) -> None:
    head = monitored_head(client)
    for pending in (grown[0], grown[255], grown[256], grown[299]):
        response = client.get(f"/record/proof?hash={pending.leaf_hash}")
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert f'filename="{pending.leaf_hash}.tlog-proof"' in response["Content-Disposition"]
        proof = tlog_proof.parse(response.content.decode())
        assert proof.extra == bytes(pending.data)
        assert head == tlog_proof.verify(
            proof,
            leaf=merkle.leaf_hash(proof.extra),
            origin="localhost:8000/record",
            verifiers=reads.verifiers(),
        )
        assert response.content.decode() == reads.proof_for(pending.leaf_hash)


def test_a_proof_of_no_hash_is_a_bad_request_that_says_so(
    client: Client, grown: list[Pending]
) -> None:
    for given in ("", "abc", "g" * 64, "A" * 64, "%00", "0" * 65):
        response = client.get(f"/record/proof?hash={given}")
        assert response.status_code == 400, given
        assert "64 hexadecimal digits" in response.content.decode()
    assert client.get("/record/proof").status_code == 400


def test_what_waits_has_no_proof_and_no_bytes_yet(
    client: Client, count: Count, sequence: Sequence
) -> None:
    sequence()
    [pending] = count(1)
    for path in (
        f"/record/proof?hash={pending.leaf_hash}",
        f"/record/entry/{pending.leaf_hash}.json",
        f"/api/v1/record/entries/{pending.leaf_hash}/",
    ):
        assert client.get(path).status_code == 404
    sequence()
    response = client.get(f"/record/entry/{pending.leaf_hash}.json")
    assert response.content == bytes(pending.data)
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == IMMUTABLE
    assert client.get(f"/record/proof?hash={pending.leaf_hash}").status_code == 200


def test_an_entry_with_a_place_but_no_signature_waits_too(
    client: Client, count: Count, sequence: Sequence
) -> None:
    """Between the transaction that gave it its place and the one that signs."""
    sequence()
    Entry.objects.create(index=0, type="x", at="2026-11-20T12:00Z", data=b"{}", leaf_hash="a" * 64)
    for path in (
        f"/record/proof?hash={'a' * 64}",
        f"/record/entry/{'a' * 64}.json",
        f"/api/v1/record/entries/{'a' * 64}/",
        "/record/tile/0/000.p/1",
        "/record/tile/entries/000.p/1",
    ):
        assert client.get(path).status_code == 404
    assert "waits for its place" in client.get(f"/record/entry/{'a' * 64}").content.decode()
    assert client.get("/api/v1/record/entries/").json()["results"] == []


def test_before_the_first_checkpoint_there_is_none(client: Client, db: None) -> None:
    for path in ("/record/checkpoint", "/record/tile/0/000.p/1", f"/record/proof?hash={'0' * 64}"):
        assert client.get(path).status_code == 404
    assert client.get("/.well-known/did.json").status_code == 200


def test_the_did_document_is_for_anyone_to_read(client: Client, db: None) -> None:
    response = client.get("/.well-known/did.json")
    assert response.json() == signing.did_document()
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Content-Type"] == "application/did+json"


def test_each_type_has_its_schema(client: Client, db: None) -> None:
    response = client.get("/schemas/record/test.counted.json")
    assert response["Content-Type"] == "application/schema+json"
    schema = response.json()
    assert schema["$id"] == "http://localhost:8000/schemas/record/test.counted.json"
    assert schema["properties"]["type"] == {"const": "test.counted"}
    assert client.get("/schemas/record/test.unknown.json").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize(
    "path",
    [
        "/record/",
        "/record/types/",
        "/record/checkpoint",
        "/record/tile/0/000.p/1",
        "/record/tile/entries/000.p/1",
        "/record/proof",
        f"/record/entry/{'0' * 64}",
        f"/record/entry/{'0' * 64}.json",
        "/.well-known/did.json",
        "/schemas/record/test.counted.json",
    ],
)
def test_nothing_is_written_over_http(path: str, method: str, client: Client, db: None) -> None:
    assert getattr(client, method)(path).status_code == 405


def test_reading_the_log_takes_few_queries(
    client: Client, grown: list[Pending], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):  # the file alone
        client.get("/record/checkpoint")
    with django_assert_num_queries(1):  # the stored tile
        client.get("/record/tile/0/000")
    with django_assert_num_queries(1):  # the leaves of the tile that grows
        client.get("/record/tile/0/001.p/44")
    with django_assert_num_queries(1):  # the entries
        client.get("/record/tile/entries/000")
    with django_assert_num_queries(3):  # the entry, its tile, and the leaves of the one that grows
        client.get(f"/record/proof?hash={grown[3].leaf_hash}")


def test_the_api_lists_the_record_newest_first(
    client: Client, grown: list[Pending], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):  # the entries
        page = client.get("/api/v1/record/entries/").json()
    assert [row["index"] for row in page["results"]] == list(range(299, 249, -1))
    row = page["results"][0]
    assert row == {
        "index": 299,
        "type": "test.counted",
        "at": "2026-11-20T12:00:00Z",
        "leaf_hash": grown[299].leaf_hash,
        "entry": {"at": "2026-11-20T12:00:00Z", "number": 299, "type": "test.counted"},
        "url": f"/record/entry/{grown[299].leaf_hash}",
        "proof": f"/record/proof?hash={grown[299].leaf_hash}",
    }
    again = client.get(page["next"]).json()
    assert again["results"][0]["index"] == 249
    assert client.get(f"/api/v1/record/entries/{row['leaf_hash']}/").json() == row


def test_the_api_filters_by_type_and_time(client: Client, grown: list[Pending]) -> None:
    for query, indexes in (
        ("type=test.counted&page_size=1", [299]),
        ("type=test.kept", []),
        ("since=2026-11-20T12:00:00Z&page_size=1", [299]),
        ("since=2026-11-20T12:00:01Z", []),
        ("until=2026-11-20&page_size=1", []),
        ("until=2026-11-21&page_size=1", [299]),
    ):
        response = client.get(f"/api/v1/record/entries/?{query}")
        assert [row["index"] for row in response.json()["results"]] == indexes, query


def test_bad_filters_of_the_api_are_bad_requests(client: Client, grown: list[Pending]) -> None:
    for query in (
        "type=test.unknown",
        "type=%00",
        "since=yesterday",
        "since=0001-01-01T00:00:00%2B14:00",
        "until=9999-12-31T23:59:59-14:00",
        "since=%00",
    ):
        response = client.get(f"/api/v1/record/entries/?{query}")
        assert response.status_code == 400, query
        assert response.json()["errors"], query


def test_an_entry_of_no_hash_is_not_found(client: Client, grown: list[Pending]) -> None:
    for name in ("0" * 64, "G" * 64, "abc", "A" * 64):
        for path in (f"/record/entry/{name}", f"/record/entry/{name}.json"):
            assert client.get(path).status_code == 404
        assert client.get(f"/api/v1/record/entries/{name}/").status_code == 404
