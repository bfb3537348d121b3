-- Every crop that a row names exists as a file with its size.
SELECT face_id, path, bytes, size AS bytes_found
FROM face_candidates
LEFT JOIN stored_faces AS stored USING (path)
WHERE bytes IS DISTINCT FROM size
