-- Every ready video has frames, no more than asked for, or says why it has none; no other video has frames.
SELECT video_id, status, reason, frames
FROM videos
WHERE video_id IN (SELECT video_id FROM raw_videos)
    AND CASE status
        WHEN 'ready' THEN frames NOT BETWEEN 1 AND $frames_per_video
        WHEN 'over_budget' THEN frames > $frames_per_video
        ELSE frames > 0 AND stage IN ('raw_videos', 'sampled_frames')
    END
UNION ALL
SELECT DISTINCT video_id, 'unknown', 'frames of a video that raw_videos does not have', NULL
FROM sampled_frames
WHERE video_id NOT IN (SELECT video_id FROM raw_videos)
