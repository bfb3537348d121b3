-- warning
-- Which videos of the whole lake went no further, and why.
SELECT video_id, status, reason, source
FROM videos
WHERE status <> 'ready'
ORDER BY video_id
