-- A temporal sequence comes from one video and one shot, in the order of time.
SELECT
    person_id,
    count(DISTINCT person_selections.video_id) AS videos,
    count(DISTINCT face_candidates.shot) AS shots
FROM person_selections
JOIN face_candidates USING (face_id)
WHERE kind = 'temporal_sequence'
GROUP BY person_id
HAVING count(DISTINCT person_selections.video_id) > 1
    OR count(DISTINCT face_candidates.shot) > 1
    OR list(rank ORDER BY person_selections.pts_s, rank) <> range(1, count(*) + 1)
