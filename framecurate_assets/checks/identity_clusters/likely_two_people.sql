-- Nobody looks like two people in one. The suggested command splits them; docs/alarms.md says how sure this is.
-- warning
-- pictured
SELECT rank, person_id, round(score, 2) AS score, faces, evidence, suggestion
FROM identity_alarms
WHERE kind = 'two_people'
ORDER BY rank
