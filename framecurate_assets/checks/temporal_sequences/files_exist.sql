-- Every crop that a row names exists as a file with its size, and no other file is with them.
SELECT path, bytes, size AS bytes_found, filename
FROM temporal_sequences
FULL JOIN read_blob($data_folder || '/sequences/*/*.jpg') AS stored ON stored.filename = $data_folder || '/' || path
WHERE bytes IS DISTINCT FROM size
