-- Every video file that a row names exists with its size, or was pruned.
SELECT video_id, path, bytes, size AS bytes_found
FROM raw_videos
LEFT JOIN stored_videos AS stored USING (path)
WHERE path IS NOT NULL
    AND bytes IS DISTINCT FROM size
    AND (size IS NOT NULL OR path NOT IN (SELECT path FROM pruned_files))
