-- Each video's shorter upright side has the least number of pixels that the policy asks for (720 unless set).
-- per video
-- A refused video shows as a warning: the policy worked. A ready video that is too small is an error.
SELECT
    video_id,
    coalesce(width >= $min_shorter_side_px AND height >= $min_shorter_side_px, false) AS passed,
    status = 'ready' AS is_error,
    width,
    height,
    status,
    reason
FROM raw_videos
WHERE list_contains($video_ids, video_id)
