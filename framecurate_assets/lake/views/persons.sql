-- Every person id ever given: what became of it, how many faces it has, from how many videos, since when.
SELECT
    person_id,
    coalesce(present.faces, 0) AS faces,
    coalesce(present.videos, 0) AS videos,
    present.first_seen_at,
    person_registry.name,
    person_registry.merged_into,
    person_registry.split_from,
    person_registry.given_at
FROM person_registry
FULL JOIN (
    SELECT
        person_id,
        count(*) AS faces,
        count(DISTINCT face_candidates.video_id) AS videos,
        min(ingested_at) AS first_seen_at
    FROM identity_clusters
    JOIN face_candidates USING (face_id)
    JOIN raw_videos ON raw_videos.video_id = face_candidates.video_id
    WHERE person_id IS NOT NULL
    GROUP BY person_id
) AS present USING (person_id)
