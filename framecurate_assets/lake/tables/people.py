"""Who the faces are, what became of each person id, and what people said about it."""

from __future__ import annotations

import polars as pl

from framecurate_assets.lake.tables.table import FLOATS, TIMESTAMP, Table, column

IDENTITY_CLUSTERS = Table(
    "identity_clusters",
    "face_id",
    (
        column("face_id", pl.String, "A face candidate."),
        column("person_id", pl.String, "`person_<number>`: stays with the person; null: nobody's, `reason` says why."),
        column("track_id", pl.String, "The run of frames in one shot in which the person was followed."),
        column("similarity", pl.Float32, "Cosine similarity to the centre of the person's faces, -1..1."),
        column("is_core", pl.Boolean, "Within the seed threshold of the person's other faces; false: joined later."),
        column("model_person_id", pl.String, "Whom clustering takes the face for, before what people said is applied."),
        column("distance", pl.Float32, "Euclidean distance to the nearest faces of the person; null: nobody's."),
        column("rival_id", pl.String, "The nearest other person; of a face that is nobody's the nearest person."),
        column("rival_distance", pl.Float32, "Euclidean distance to the nearest faces of that one."),
        column(
            "reason",
            pl.String,
            "Why it is nobody's: far (too poor to found a person, and nobody is near), between (two people are about "
            "as near) or rejected (by a person). Null where it has a person.",
        ),
    ),
)

PERSON_REGISTRY = Table(
    "person_registry",
    "person_id",
    (
        column("person_id", pl.String, "Every id ever given, present or not. None is given twice."),
        column("name", pl.String, "As a person named them; null: nobody did."),
        column("merged_into", pl.String, "The person that this one is part of; null: of none."),
        column("joined_into", pl.String, "The person that clustering, not a person, made it part of; null: of none."),
        column("split_from", pl.String, "The person that this one was taken out of; null: of none."),
        column("given_at", TIMESTAMP, "When the id was given."),
    ),
)
"""What became of each id. Not an asset: `identity_clusters` writes it beside its own table, and the view `persons`
adds how many faces each has."""

PERSON_EXEMPLARS = Table(
    "person_exemplars",
    "face_id",
    (
        column("person_id", pl.String, "The person, before what people said is applied."),
        column("rank", pl.Int32, "1 stands for most of the person's faces; the others for those that differ from it."),
        column("face_id", pl.String, "A face of the person, perhaps of a video that left the lake."),
        column("video_id", pl.String, "Its video."),
        column("composite", pl.Float32, "Its composite."),
        column("embedding", FLOATS, "Its descriptor."),
        column("engine", pl.String, "The engine that described it."),
    ),
)
"""The faces by which a person is recognised who left the lake and returns. Written by `identity_clusters`."""

IDENTITY_EVENTS = Table(
    "identity_events",
    "event",
    (
        column("event", pl.Int64, "1, 2, … in the order in which they happened."),
        column("happened_at", TIMESTAMP, "When."),
        column(
            "kind",
            pl.String,
            "merged (person_id became part of other_id), split (faces of other_id became person_id) or moved (faces "
            "of other_id went to person_id; either is null where it is nobody).",
        ),
        column("person_id", pl.String, "The person that the event is about."),
        column("other_id", pl.String, "The other one."),
        column("faces", pl.Int64, "Faces whose person changed with it."),
        column("cause", pl.String, "`correction <n>`, `clustering` (new faces) or `rules` (policy, engine or code)."),
    ),
)
"""Every time that a face which stayed in the lake changed its person: no face does without an event."""

CORRECTIONS = Table(
    "corrections",
    "correction",
    (
        column("correction", pl.Int64, "Number of the line in corrections.jsonl."),
        column("said_at", TIMESTAMP, "When."),
        column("author", pl.String, "Who."),
        column("kind", pl.String, "merge, split, rename, reject, apart, exception, confirm or undo."),
        column("persons", pl.List(pl.String()), "The persons that it names."),
        column("faces", pl.Int64, "How many faces it names."),
        column("state", pl.String, "applied, undone, contradicts (an earlier one) or unknown (what it names)."),
        column("reason", pl.String, "Why it is not applied, in one sentence."),
    ),
)
"""What became of each line of corrections.jsonl. Written by `identity_clusters`."""

SAME_FRAME_TWICE = Table(
    "same_frame_twice",
    "face_id",
    (
        column("person_id", pl.String, "A person who is in one frame twice."),
        column("frame_id", pl.String, "The frame."),
        column("face_id", pl.String, "One of the faces."),
        column("other_face_id", pl.String, "The other one."),
        column("distance", pl.Float32, "Euclidean distance of their descriptors."),
        column("cause", pl.String, "picture_or_mirror (as alike as one picture twice), policy or correction."),
    ),
)
"""Each exception to: two faces of one frame are two people. Written by `identity_clusters`."""

IDENTITY_ALARMS = Table(
    "identity_alarms",
    "alarm",
    (
        column("alarm", pl.String, "`<kind>:<person_id>` or `<kind>:<person_id>:<other_id>`."),
        column("kind", pl.String, "two_people (in one person) or same_person (as two)."),
        column("rank", pl.Int32, "1 is worth looking at first."),
        column("person_id", pl.String, "The person."),
        column("other_id", pl.String, "Of same_person the other one; else null."),
        column("score", pl.Float32, "How sure it is, 0..1."),
        column("faces", pl.Int64, "Faces that an answer would set right: what the rank goes by, with the score."),
        column("evidence", pl.String, "What speaks for it, in one sentence with its figures."),
        column("suggestion", pl.String, "The command that would set it right."),
        column("face_ids", pl.List(pl.String()), "Of two_people the faces that may be somebody else's."),
    ),
)
"""What a person should look at. Written by `identity_clusters`."""
