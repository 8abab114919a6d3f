-- name: rows_behind
select coalesce(sum(h.position - i.position), 0)
  from engine.log_head h
  join engine.input i
    on i.region = h.region
   and i.topic = case h.log
         when 'journal' then 'vt.journal.v1'
         when 'findings' then 'vt.findings.v1'
         else 'vt.advice-log.v1'
       end
 where h.region = %(region)s;
