-- name: select
-- Columns in the order of projections.findings.Finding.
select household_id, finding_id, position, rule_id, rule_version, subject, level, status, sentence,
  raised_known_at, triggered_at, renewals, evidence, parameters::text, late, reason_code,
  journal_position
from projections.finding
where region = %(region)s and finding_id = any(%(finding_ids)s::uuid[]);

-- name: delete
delete from projections.finding
where region = %(region)s and finding_id = any(%(finding_ids)s::uuid[]);
