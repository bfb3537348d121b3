-- Every frame that a row names exists as a file with its size, or was pruned.
SELECT frame_id, path, bytes, size AS bytes_found
FROM sampled_frames
LEFT JOIN stored_frames AS stored USING (path)
WHERE bytes IS DISTINCT FROM size
    AND (size IS NOT NULL OR path NOT IN (SELECT path FROM pruned_files))
