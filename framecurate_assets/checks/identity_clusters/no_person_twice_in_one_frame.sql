-- Nobody is in one frame twice, except where same_frame_twice says why, and persons that the policy lists.
WITH faces AS (
    SELECT person_id, frame_id, face_id
    FROM identity_clusters
    JOIN face_candidates USING (face_id)
    WHERE person_id IS NOT NULL AND NOT list_contains($allowed_same_frame, person_id)
)
SELECT one.person_id, one.frame_id, one.face_id, other.face_id AS other_face_id
FROM faces AS one
JOIN faces AS other ON other.person_id = one.person_id AND other.frame_id = one.frame_id AND one.face_id < other.face_id
ANTI JOIN same_frame_twice AS listed ON listed.face_id = one.face_id AND listed.other_face_id = other.face_id
