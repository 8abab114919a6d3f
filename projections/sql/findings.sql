-- name: take
-- Removes findings and returns what they were: region, then the fields of
-- projections.findings.Finding in their order.
delete from projections.finding as f
using unnest(%(regions)s::text[], %(finding_ids)s::uuid[]) as n (region, finding_id)
where f.region = n.region and f.finding_id = n.finding_id
returning f.region, f.household_id, f.finding_id, f.position, f.rule_id, f.rule_version, f.subject,
  f.level, f.status, f.sentence, f.raised_known_at, f.triggered_at, f.renewals, f.evidence,
  f.parameters::text, f.late, f.reason_code, f.journal_position;
