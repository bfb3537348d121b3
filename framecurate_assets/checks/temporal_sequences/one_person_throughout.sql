-- Every frame of a sequence shows the person of its anchor, which lies in the sequence; its distance to the anchor is
-- what the descriptors say, and it is no other candidate of the frame that is nearer.
WITH compared AS (
    -- What one frame is compared with is looked up first: nothing else of the lake needs its descriptor.
    SELECT
        sequence.*,
        anchor.video_id AS anchor_video,
        anchor.shot AS anchor_shot,
        anchor.frame_id AS anchor_frame,
        anchor.embedding AS anchor_embedding,
        clusters.person_id AS anchor_person
    FROM temporal_sequences AS sequence
    LEFT JOIN face_candidates AS anchor ON anchor.face_id = sequence.anchor_face_id
    LEFT JOIN identity_clusters AS clusters ON clusters.face_id = sequence.anchor_face_id
),
nearer AS (
    SELECT DISTINCT compared.face_id
    FROM compared
    JOIN face_candidates AS other USING (frame_id)
    JOIN identity_clusters AS others ON others.face_id = other.face_id
    WHERE others.person_id <> compared.person_id
        AND list_distance(other.embedding, compared.anchor_embedding) < compared.distance
)
SELECT person_id, face_id, distance, list_distance(embedding, anchor_embedding) AS measured
FROM compared
WHERE anchor_person IS DISTINCT FROM person_id
    OR anchor_video IS DISTINCT FROM video_id
    OR anchor_shot IS DISTINCT FROM shot
    OR (abs(distance - list_distance(embedding, anchor_embedding)) < 0.001) IS NOT TRUE
    OR NOT EXISTS (
        FROM temporal_sequences AS own
        WHERE own.person_id = compared.person_id AND own.frame_id = compared.anchor_frame
    )
    OR face_id IN (SELECT face_id FROM nearer)
