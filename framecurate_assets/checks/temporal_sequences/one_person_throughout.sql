-- Every frame of a sequence shows the person of its anchor, which lies in the sequence; its distance to the anchor is
-- what the descriptors say, and it is no other candidate of the frame that is nearer.
SELECT
    sequence.person_id,
    sequence.face_id,
    sequence.distance,
    list_distance(sequence.embedding, anchor.embedding) AS measured
FROM temporal_sequences AS sequence
LEFT JOIN face_candidates AS anchor ON anchor.face_id = sequence.anchor_face_id
LEFT JOIN identity_clusters AS clusters ON clusters.face_id = sequence.anchor_face_id
WHERE clusters.person_id IS DISTINCT FROM sequence.person_id
    OR anchor.video_id IS DISTINCT FROM sequence.video_id
    OR anchor.shot IS DISTINCT FROM sequence.shot
    OR (abs(sequence.distance - list_distance(sequence.embedding, anchor.embedding)) < 0.001) IS NOT TRUE
    OR anchor.frame_id NOT IN (SELECT frame_id FROM temporal_sequences AS own WHERE own.person_id = sequence.person_id)
    OR EXISTS (
        FROM face_candidates AS other
        JOIN identity_clusters AS others ON others.face_id = other.face_id
        WHERE other.frame_id = sequence.frame_id
            AND others.person_id <> sequence.person_id
            AND list_distance(other.embedding, anchor.embedding) < sequence.distance
    )
