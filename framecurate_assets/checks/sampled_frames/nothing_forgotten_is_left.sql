-- No row of any table, and no file, is of a frame or a face that was erased on request.
-- only with forgotten
SELECT DISTINCT place, id
FROM (
    SELECT 'sampled_frames' AS place, frame_id AS id FROM sampled_frames
    UNION ALL SELECT 'pictures', frame_id FROM pictures
    UNION ALL SELECT 'detected_faces', frame_id FROM detected_faces
    UNION ALL SELECT 'face_verdicts', split_part(face_id, '#', 1) FROM face_verdicts
    UNION ALL SELECT 'face_candidates', frame_id FROM face_candidates
    UNION ALL SELECT 'identity_clusters', split_part(face_id, '#', 1) FROM identity_clusters
    UNION ALL SELECT 'person_exemplars', split_part(face_id, '#', 1) FROM person_exemplars
    UNION ALL SELECT 'same_frame_twice', frame_id FROM same_frame_twice
    UNION ALL SELECT 'identity_alarms', split_part(unnest(face_ids), '#', 1) FROM identity_alarms
    UNION ALL SELECT 'temporal_sequences', split_part(unnest([face_id, anchor_face_id]), '#', 1) FROM temporal_sequences
    UNION ALL SELECT 'missing_sequences', split_part(anchor_face_id, '#', 1) FROM missing_sequences
    UNION ALL SELECT 'person_selections', split_part(face_id, '#', 1) FROM person_selections
    UNION ALL SELECT 'selection_verdicts', split_part(unnest([face_id, rival_id]), '#', 1) FROM selection_verdicts
    UNION ALL SELECT 'corrections.jsonl', unnest(regexp_extract_all(content, '([a-z0-9_-]+@-?[0-9]+)#', 1))
        FROM read_text($data_folder || '/corrections.json[l]')
    UNION ALL SELECT 'pruned_files', split_part(path, '/', 2) || '@' || parse_filename(path, true) FROM pruned_files
    UNION ALL SELECT 'frames/', split_part(file[length($data_folder) + 2:], '/', 2) || '@' || parse_filename(file, true)
        FROM glob($data_folder || '/frames/*/*.jpg') AS files(file)
    UNION ALL SELECT split_part(file[length($data_folder) + 2:], '/', 1) || '/', split_part(parse_filename(file), '#', 1)
        FROM glob([$data_folder || '/faces/*/*.jpg', $data_folder || '/sequences/*/*.jpg']) AS files(file)
)
WHERE sha256('framecurate:' || id) IN (SELECT digest FROM forgotten WHERE kind = 'frame')
