-- blocking
-- The whole dataset folder costs no more than the policy allows (1 GB = 1 000 000 000 bytes unless set).
SELECT sum(size)::BIGINT AS bytes, $dataset_bytes AS budget
FROM stored_dataset
HAVING sum(size) > $dataset_bytes
