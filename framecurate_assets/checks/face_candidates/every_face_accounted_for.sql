-- Every detected face is a candidate, or refused with a reason; never both, never neither.
SELECT
    coalesce(detected_faces.face_id, face_verdicts.face_id, face_candidates.face_id) AS face_id,
    detected_faces.face_id IS NOT NULL AS detected,
    face_candidates.face_id IS NOT NULL AS is_candidate,
    face_verdicts.reasons
FROM detected_faces
FULL JOIN face_verdicts USING (face_id)
FULL JOIN face_candidates ON face_candidates.face_id = coalesce(detected_faces.face_id, face_verdicts.face_id)
WHERE detected_faces.face_id IS NULL
    OR face_verdicts.face_id IS NULL
    OR (face_candidates.face_id IS NOT NULL) <> (len(face_verdicts.reasons) = 0)
