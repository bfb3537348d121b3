-- No two persons look like one. The suggested command merges them; docs/alarms.md says how sure this is.
-- warning
-- pictured
SELECT rank, person_id, other_id, round(score, 2) AS score, faces, evidence, suggestion
FROM identity_alarms
WHERE kind = 'same_person'
ORDER BY rank
