-- Every selected face belongs to the person in whose folder it lies, and no face is selected twice for one purpose.
SELECT person_selections.person_id, face_id, kind, count(*) AS times
FROM person_selections
LEFT JOIN identity_clusters USING (face_id)
GROUP BY ALL
HAVING count(*) > 1 OR bool_or(identity_clusters.person_id IS DISTINCT FROM person_selections.person_id)
