-- Every face lies in a sampled frame, inside its borders, and has every measurement.
SELECT face_id, frame_id
FROM detected_faces
LEFT JOIN sampled_frames USING (frame_id)
WHERE sampled_frames.frame_id IS NULL
    OR x1 < 0 OR y1 < 0 OR x2 > width OR y2 > height OR x1 >= x2 OR y1 >= y2
    OR NOT coalesce(
        isfinite(det_score) AND isfinite(yaw) AND isfinite(pitch) AND isfinite(roll)
        AND isfinite(detected_faces.sharpness) AND isfinite(frontality) AND isfinite(composite)
        AND len(landmarks) = 10 AND len(emotion_scores) = 7,
        false
    )
