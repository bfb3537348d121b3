-- Every picture that a row names exists in the dataset folder with its size, and no person folder holds another.
SELECT path, person_selections.bytes, stored.size AS bytes_found
FROM person_selections
FULL JOIN (SELECT * FROM stored_dataset WHERE path LIKE 'dataset/person_%/%/%') AS stored USING (path)
WHERE person_selections.bytes IS DISTINCT FROM stored.size
