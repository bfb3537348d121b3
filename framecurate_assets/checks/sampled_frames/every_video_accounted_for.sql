-- Every ready video has frames, no more than asked for, or says why it has none; no other video has frames.
-- Every picture of an image set has one row, as a frame or with the reason why it is none. Sealed videos keep what they have.
SELECT video_id, status, reason, frames
FROM videos
LEFT JOIN (
    SELECT pictures.video_id, count(*) AS picture_rows, count(DISTINCT picture) AS pictures, count(pts_s) AS shown
    FROM pictures LEFT JOIN sampled_frames USING (frame_id)
    WHERE (pts_s IS NULL) <> (reason IS NULL)
    GROUP BY pictures.video_id
) AS told USING (video_id)
WHERE video_id IN (SELECT video_id FROM raw_videos)
    AND CASE
        WHEN status NOT IN ('ready', 'over_budget') THEN frames > 0 AND stage IN ('raw_videos', 'sampled_frames')
        WHEN status = 'ready' AND frames = 0 THEN true
        WHEN video_id IN (SELECT video_id FROM sealed_videos) THEN false
        WHEN kind = 'images' THEN (picture_rows, pictures, shown) IS DISTINCT FROM (frame_count, frame_count, frames)
        ELSE frames > $frames_per_video
    END
UNION ALL
SELECT DISTINCT video_id, 'unknown', 'frames of a video that raw_videos does not have', NULL
FROM sampled_frames
WHERE video_id NOT IN (SELECT video_id FROM raw_videos)
