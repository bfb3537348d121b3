-- Nobody is in one frame twice, except persons that the policy lists (mirrors, posters, split screens).
SELECT person_id, frame_id, count(*) AS faces, list(face_id ORDER BY face_id) AS face_ids
FROM identity_clusters
JOIN face_candidates USING (face_id)
WHERE person_id IS NOT NULL AND NOT list_contains($allowed_same_frame, person_id)
GROUP BY person_id, frame_id
HAVING count(*) > 1
