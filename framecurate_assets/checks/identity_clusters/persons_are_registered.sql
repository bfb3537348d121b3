-- Every person who has faces is in the register, and is nobody's part; everybody who is somebody's part is of somebody.
SELECT identity_clusters.person_id, count(*) AS faces, any_value(person_registry.merged_into) AS merged_into
FROM identity_clusters
LEFT JOIN person_registry USING (person_id)
WHERE identity_clusters.person_id IS NOT NULL
GROUP BY ALL
HAVING bool_or(person_registry.person_id IS NULL OR person_registry.merged_into IS NOT NULL)
UNION ALL
SELECT part.person_id, 0, part.merged_into
FROM person_registry AS part
LEFT JOIN person_registry AS whole ON whole.person_id = part.merged_into
WHERE part.merged_into IS NOT NULL AND (whole.person_id IS NULL OR whole.merged_into IS NOT NULL)
