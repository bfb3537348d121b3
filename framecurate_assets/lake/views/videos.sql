-- How each video stands after all stages: raw_videos, with what befell it further down laid over it.
SELECT
    raw_videos.* REPLACE (
        coalesce(setback.status, raw_videos.status) AS status,
        coalesce(setback.reason, raw_videos.reason) AS reason
    ),
    coalesce(setback.stage, 'raw_videos') AS stage,
    coalesce(setback.unexpected, false) AS unexpected,
    coalesce(frame_counts.frames, 0) AS frames,
    coalesce(face_counts.faces, 0) AS faces,
    coalesce(candidate_counts.candidates, 0) AS candidates
FROM raw_videos
LEFT JOIN video_setbacks AS setback ON setback.video_id = raw_videos.video_id
LEFT JOIN (SELECT video_id, count(*) AS frames FROM sampled_frames GROUP BY video_id) AS frame_counts
    ON frame_counts.video_id = raw_videos.video_id
LEFT JOIN (SELECT video_id, count(*) AS faces FROM detected_faces GROUP BY video_id) AS face_counts
    ON face_counts.video_id = raw_videos.video_id
LEFT JOIN (SELECT video_id, count(*) AS candidates FROM face_candidates GROUP BY video_id) AS candidate_counts
    ON candidate_counts.video_id = raw_videos.video_id
