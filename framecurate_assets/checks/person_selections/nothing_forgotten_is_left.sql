-- No row of any table, and no file of the dataset, is of a person who was erased on request.
-- only with forgotten
SELECT DISTINCT place, id
FROM (
    SELECT 'identity_clusters' AS place, unnest([person_id, model_person_id, rival_id]) AS id FROM identity_clusters
    UNION ALL SELECT 'person_registry', unnest([person_id, merged_into, joined_into, split_from]) FROM person_registry
    UNION ALL SELECT 'person_exemplars', person_id FROM person_exemplars
    UNION ALL SELECT 'identity_events', unnest([person_id, other_id]) FROM identity_events
    UNION ALL SELECT 'corrections', unnest(persons) FROM corrections
    UNION ALL SELECT 'same_frame_twice', person_id FROM same_frame_twice
    UNION ALL SELECT 'identity_alarms', unnest([person_id, other_id]) FROM identity_alarms
    UNION ALL SELECT 'temporal_sequences', person_id FROM temporal_sequences
    UNION ALL SELECT 'missing_sequences', person_id FROM missing_sequences
    UNION ALL SELECT 'person_selections', person_id FROM person_selections
    UNION ALL SELECT 'selection_verdicts', person_id FROM selection_verdicts
    UNION ALL SELECT 'selection_coverage', person_id FROM selection_coverage
    UNION ALL SELECT 'corrections.jsonl', unnest(regexp_extract_all(content, 'person_[0-9]+'))
        FROM read_text($data_folder || '/corrections.json[l]')
    UNION ALL SELECT 'dataset/', split_part(file[length($data_folder) + 2:], '/', 2)
        FROM glob($data_folder || '/dataset/**') AS files(file)
)
WHERE sha256('framecurate:' || id) IN (SELECT digest FROM forgotten WHERE kind = 'person')
