"""The record's pages, what its monitors read, and its part of the API."""

from __future__ import annotations

from django.urls import path, re_path

from governance.record import api, views

HASH = "(?P<leaf_hash>[0-9a-f]{64})"
# tlog-tiles: a number such as x001/x234/067, and the width of a tile that is not full.
NUMBER = r"(?P<number>(?:x[0-9]{3}/)*[0-9]{3})"
WIDTH = r"(?:\.p/(?P<width>[1-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5]))?"
SIZE = "(?P<size>0|[1-9][0-9]{0,17})"
LEVEL = "(?P<level>[0-9]|[1-5][0-9]|6[0-3])"

urlpatterns = [
    # Pages
    path("record/", views.record, name="record"),
    path("record/types/", views.types, name="record-types"),
    path("record/consistency", views.consistency, name="record-consistency"),
    re_path(rf"^record/entry/{HASH}$", views.entry, name="record-entry"),
    # The log
    path("record/checkpoint", views.checkpoint, name="record-checkpoint"),
    re_path(rf"^record/checkpoints/{SIZE}$", views.past_checkpoint, name="record-past-checkpoint"),
    re_path(rf"^record/tile/{LEVEL}/{NUMBER}{WIDTH}$", views.tile, name="record-tile"),
    re_path(
        rf"^record/tile/entries/{NUMBER}{WIDTH}$", views.entry_bundle, name="record-entry-bundle"
    ),
    path("record/proof", views.proof, name="record-proof"),
    path("record/consistency.json", views.consistency_proof, name="record-consistency-proof"),
    re_path(rf"^record/entry/{HASH}\.json$", views.entry_bytes, name="record-entry-bytes"),
    # What its bytes mean, and who signs them
    path("schemas/record/<str:name>.json", views.schema, name="record-schema"),
    path(".well-known/did.json", views.did, name="did"),
]

api_urlpatterns = [
    path("record/entries/", api.EntryList.as_view(), name="api-record-entries"),
    re_path(rf"^record/entries/{HASH}/$", api.EntryDetail.as_view(), name="api-record-entry"),
]
