-- Every crop that a row names exists as a file with its size, and no other file is with them.
SELECT path, bytes, size AS bytes_found
FROM temporal_sequences
FULL JOIN stored_sequences AS stored USING (path)
WHERE bytes IS DISTINCT FROM size
    -- What is being written has a hidden name.
    AND NOT coalesce(path LIKE '%/.%', false)
