-- Every picture that a row names exists in the dataset folder with its size, and no person folder holds another.
SELECT path, person_selections.bytes, stored.size AS bytes_found, stored.filename
FROM person_selections
FULL JOIN (
    SELECT filename, size FROM read_blob($data_folder || '/dataset/person_*/*/*')
) AS stored ON stored.filename = $data_folder || '/' || path
WHERE person_selections.bytes IS DISTINCT FROM stored.size
