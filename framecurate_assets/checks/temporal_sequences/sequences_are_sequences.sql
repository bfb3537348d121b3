-- A temporal sequence has as many frames as the policy asks for, of one video, one shot and one track, in the order of
-- time, each as long after the one before as the policy says, within the duration of a frame.
SELECT person_id, anchor_face_id, frames, shortest_gap_s, longest_gap_s
FROM (
    SELECT
        person_id,
        any_value(anchor_face_id) AS anchor_face_id,
        count(*) AS frames,
        count(DISTINCT anchor_face_id) AS anchors,
        count(DISTINCT video_id) AS videos,
        count(DISTINCT shot) AS shots,
        list(position ORDER BY pts_s, position) AS positions,
        min(gap_s) AS shortest_gap_s,
        max(gap_s) AS longest_gap_s,
        max(coalesce(1 / fps, $temporal_step_s)) + 0.001 AS frame_s
    FROM (
        SELECT *, pts_s - lag(pts_s) OVER (PARTITION BY person_id ORDER BY position) AS gap_s FROM temporal_sequences
    )
    LEFT JOIN (SELECT video_id, fps FROM raw_videos) USING (video_id)
    GROUP BY person_id
)
WHERE frames <> $temporal
    OR anchors <> 1
    OR videos <> 1
    OR shots <> 1
    OR positions <> range(1, frames + 1)
    OR shortest_gap_s <= 0
    OR shortest_gap_s < $temporal_step_s - frame_s
    OR longest_gap_s > $temporal_step_s + frame_s
