-- No row of any table, and no file of the dataset, is of a person who was erased on request.
SELECT DISTINCT place, id
FROM (
    SELECT 'identity_clusters' AS place, person_id AS id FROM identity_clusters
    UNION ALL SELECT 'person_selections', person_id FROM person_selections
    UNION ALL SELECT 'dataset/', split_part(file[length($data_folder) + 2:], '/', 2)
        FROM glob($data_folder || '/dataset/**') AS files(file)
)
WHERE sha256('framecurate:' || id) IN (SELECT digest FROM forgotten WHERE kind = 'person')
