-- warning
-- Everything that people said could be applied: no line of corrections.jsonl contradicts another or names what there is not.
SELECT correction, kind, persons, state, reason
FROM corrections
WHERE state IN ('contradicts', 'unknown')
ORDER BY correction
