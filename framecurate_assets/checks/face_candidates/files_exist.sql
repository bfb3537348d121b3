-- Every crop that a row names exists as a file with its size.
SELECT face_id, path, bytes, size AS bytes_found
FROM face_candidates
LEFT JOIN read_blob($data_folder || '/faces/*/*.jpg') AS stored ON stored.filename = $data_folder || '/' || path
WHERE bytes IS DISTINCT FROM size
