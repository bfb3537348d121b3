-- blocking
-- The crops of all candidates together cost no more than the policy allows (1 GB = 1 000 000 000 bytes unless set).
SELECT sum(bytes)::BIGINT AS bytes, $candidates_bytes AS budget
FROM face_candidates
HAVING sum(bytes) > $candidates_bytes
