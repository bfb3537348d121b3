-- Every person has a sequence, or is in missing_sequences with the reason, and nobody else does; no face is in two.
SELECT person_id, has_sequence, is_missing, 'not exactly one of both' AS wrong
FROM (SELECT DISTINCT person_id FROM identity_clusters WHERE person_id IS NOT NULL AND $temporal > 0)
FULL JOIN (SELECT DISTINCT person_id, true AS has_sequence FROM temporal_sequences) USING (person_id)
FULL JOIN (
    SELECT person_id, true AS is_missing FROM missing_sequences WHERE reason IS NOT NULL AND reason <> ''
) USING (person_id)
WHERE (has_sequence IS NULL) = (is_missing IS NULL)
    OR person_id NOT IN (SELECT person_id FROM identity_clusters WHERE person_id IS NOT NULL)
UNION ALL
SELECT any_value(person_id), true, NULL, face_id || ' is there twice'
FROM temporal_sequences
GROUP BY face_id
HAVING count(*) > 1
