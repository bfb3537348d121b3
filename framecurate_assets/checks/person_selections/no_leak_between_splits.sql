-- No video, no copy of a video, and no two pictures that look the same are both in training and in validation.
WITH pictures AS (
    SELECT person_selections.*, raw_videos.sha256
    FROM person_selections
    LEFT JOIN raw_videos USING (video_id)
),
training AS (SELECT * FROM pictures WHERE split = 'train'),
validation AS (SELECT * FROM pictures WHERE split = 'validation')
SELECT path AS picture, NULL AS other, 'neither in training nor in validation, or without a hash' AS problem
FROM pictures
WHERE split IS NULL OR split NOT IN ('train', 'validation') OR phash IS NULL
UNION ALL
SELECT any_value(training.path), any_value(validation.path), 'the same video'
FROM training
JOIN validation USING (video_id)
GROUP BY video_id
UNION ALL
SELECT any_value(training.path), any_value(validation.path), 'the same video file'
FROM training
JOIN validation USING (sha256)
WHERE training.video_id <> validation.video_id
GROUP BY sha256
UNION ALL
SELECT training.path, validation.path, bit_count(xor(training.phash, validation.phash)) || ' of 64 bits differ'
FROM training
JOIN validation ON training.video_id <> validation.video_id
    AND (bit_count(xor(training.phash, validation.phash)) < $min_hash_distance OR training.phash = validation.phash)
