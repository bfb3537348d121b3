-- blocking
-- All faces were described by one engine: descriptors of two engines cannot be compared.
SELECT engine, count(*) AS faces, count(DISTINCT video_id) AS videos
FROM detected_faces
GROUP BY engine
QUALIFY count(*) OVER () > 1
