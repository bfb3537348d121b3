-- Who is in the lake: how many faces, from how many videos, since when.
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
