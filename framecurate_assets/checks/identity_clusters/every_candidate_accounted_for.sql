-- Every candidate is in identity_clusters exactly once, with a person or the reason why it is nobody's; nothing else is.
SELECT coalesce(face_candidates.face_id, identity_clusters.face_id) AS face_id, count(*) AS rows
FROM face_candidates
FULL JOIN identity_clusters USING (face_id)
GROUP BY ALL
HAVING count(*) <> 1
    OR bool_or(face_candidates.video_id IS NULL)
    OR bool_or(identity_clusters.track_id IS NULL)
    OR bool_or((identity_clusters.person_id IS NULL) = (identity_clusters.reason IS NULL))
