-- Every selected picture shows the person in whose folder it lies, and none is there twice.
SELECT person_selections.person_id, person_selections.kind, person_selections.face_id, count(*) AS times
FROM person_selections
LEFT JOIN identity_clusters USING (face_id)
LEFT JOIN temporal_sequences USING (face_id)
GROUP BY person_selections.person_id, person_selections.kind, person_selections.face_id
HAVING count(*) > 1
    OR bool_or(CASE person_selections.kind WHEN 'high_quality' THEN identity_clusters.person_id
        ELSE temporal_sequences.person_id END IS DISTINCT FROM person_selections.person_id)
