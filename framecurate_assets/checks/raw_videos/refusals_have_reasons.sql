-- Every video has exactly one row; it is ready with a file, or says why it is not.
SELECT video_id, count(*) AS rows, any_value(status) AS status, any_value(reason) AS reason
FROM raw_videos
GROUP BY video_id
HAVING count(*) <> 1
    OR NOT coalesce(bool_and(
        CASE status
            WHEN 'ready' THEN reason IS NULL AND path IS NOT NULL
            ELSE status IN ('rejected', 'failed', 'over_budget') AND coalesce(length(reason) > 0, false)
        END
    ), false)
