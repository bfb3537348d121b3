-- Every detected face that the policy refused, with all its reasons.
SELECT detected_faces.*, face_verdicts.reasons
FROM detected_faces
JOIN face_verdicts USING (face_id)
WHERE len(face_verdicts.reasons) > 0
