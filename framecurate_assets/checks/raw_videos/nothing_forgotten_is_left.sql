-- No row of any table, and no file, is of a video that was erased on request.
-- only with forgotten
WITH named AS (
    SELECT 'raw_videos' AS place, video_id AS id FROM raw_videos
    UNION ALL SELECT 'sampled_frames', video_id FROM sampled_frames
    UNION ALL SELECT 'detected_faces', video_id FROM detected_faces
    UNION ALL SELECT 'face_verdicts', video_id FROM face_verdicts
    UNION ALL SELECT 'face_candidates', video_id FROM face_candidates
    UNION ALL SELECT 'identity_clusters', split_part(face_id, '@', 1) FROM identity_clusters
    UNION ALL SELECT 'temporal_sequences', video_id FROM temporal_sequences
    UNION ALL SELECT 'missing_sequences', split_part(anchor_face_id, '@', 1) FROM missing_sequences
    UNION ALL SELECT 'person_exemplars', video_id FROM person_exemplars
    UNION ALL SELECT 'same_frame_twice', split_part(frame_id, '@', 1) FROM same_frame_twice
    UNION ALL SELECT 'identity_alarms', split_part(unnest(face_ids), '@', 1) FROM identity_alarms
    UNION ALL SELECT 'person_selections', video_id FROM person_selections
    UNION ALL SELECT 'selection_verdicts', split_part(unnest([face_id, rival_id]), '@', 1) FROM selection_verdicts
    UNION ALL SELECT 'corrections.jsonl', unnest(regexp_extract_all(content, '([a-z0-9_-]+)@', 1))
        FROM read_text($data_folder || '/corrections.json[l]')
    UNION ALL SELECT 'video_setbacks', video_id FROM video_setbacks
    UNION ALL SELECT 'fetch_attempts', video_id FROM fetch_attempts
    UNION ALL SELECT 'pictures', video_id FROM pictures
    UNION ALL SELECT 'pruned_files', video_id FROM pruned_files
    UNION ALL SELECT 'listed_videos', video_id FROM listed_videos
    UNION ALL SELECT 'sealed_videos', video_id FROM sealed_videos
    UNION ALL SELECT 'videos/', ltrim(split_part(file[length($data_folder) + 2:], '/', 2), '.')
        FROM glob([$data_folder || '/videos/*', $data_folder || '/videos/.*', $data_folder || '/videos/.*/*']) AS t(file)
    UNION ALL SELECT 'frames/', split_part(file[length($data_folder) + 2:], '/', 2)
        FROM glob($data_folder || '/frames/*/*') AS t(file)
    UNION ALL SELECT 'faces/', split_part(file[length($data_folder) + 2:], '/', 2)
        FROM glob($data_folder || '/faces/*/*') AS t(file)
    UNION ALL SELECT 'sequences/', split_part(file[length($data_folder) + 2:], '/', 2)
        FROM glob($data_folder || '/sequences/*/*') AS t(file)
    UNION ALL SELECT 'sheets/', parse_filename(file) FROM glob($data_folder || '/sheets/*/*') AS t(file)
    UNION ALL SELECT 'lake/', parse_filename(file) FROM glob($data_folder || '/lake/*/*') AS t(file)
)
-- Ids have no dot: what follows one is the ending of a file.
SELECT DISTINCT place, split_part(id, '.', 1) AS id
FROM named
WHERE sha256('framecurate:' || split_part(id, '.', 1)) IN (SELECT digest FROM forgotten WHERE kind = 'video')
