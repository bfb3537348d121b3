-- Each video could be fetched, opened and decoded.
-- per video
SELECT
    video_id,
    status <> 'failed' AS passed,
    true AS is_error,
    stage,
    reason
FROM videos
WHERE list_contains($video_ids, video_id)
