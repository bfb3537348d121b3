-- No frame is stored twice.
SELECT frame_id, count(*) AS rows
FROM sampled_frames
GROUP BY frame_id
HAVING count(*) > 1
