-- No video, no copy of a video, and no two pictures that look the same are both in training and in validation.
WITH pictures AS (
    SELECT person_selections.*, raw_videos.sha256
    FROM person_selections
    LEFT JOIN raw_videos USING (video_id)
),
training AS (SELECT * FROM pictures WHERE split = 'train'),
validation AS (SELECT * FROM pictures WHERE split = 'validation'),
blocks AS (
    -- Fewer than n differing bits leave one of n blocks as it is, so only pictures that agree in a block are compared.
    -- Of small blocks too many agree: then each is compared with each, as if all had one block in common.
    SELECT
        path,
        video_id,
        split,
        phash,
        unnest(range(IF($min_hash_distance <= 8, greatest($min_hash_distance, 4), 1))) AS number,
        64 // greatest($min_hash_distance, 4) AS bits,
        IF($min_hash_distance <= 8, (phash >> (number * bits)::UBIGINT) & ((1 << bits) - 1)::UBIGINT, 0) AS bits_of_it
    FROM pictures
    WHERE phash IS NOT NULL
)
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
SELECT DISTINCT one.path, other.path, bit_count(xor(one.phash, other.phash)) || ' of 64 bits differ'
FROM blocks AS one
JOIN blocks AS other ON one.number = other.number
    AND one.bits_of_it = other.bits_of_it
    AND one.video_id <> other.video_id
    AND (bit_count(xor(one.phash, other.phash)) < $min_hash_distance OR one.phash = other.phash)
WHERE one.split = 'train' AND other.split = 'validation'
