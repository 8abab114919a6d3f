-- One round: void is what a correction that is not void itself takes away. Repeated until it rests.
create or replace table void as
with live as (
  select c.* from known c
   where c.name in ('EventCorrected', 'AdviceCorrected')
     and c.kind in ('RETRACTED', 'REPLACED', 'DUPLICATE_OF')
     and not exists (select 1 from void v
                      where v.log = c.log and v.source = c.source and v.id = c.id)
), last as (
  select log, source, corrected_event_id as id,
         max_by(struct_pack(kind := kind, replacement := replacement_event_id), position) as c
    from live group by all
)
select log, source, id from last l
 where l.c.kind <> 'REPLACED'
    or exists (select 1 from known e
                where e.log = l.log and e.source = l.source and e.id = l.c.replacement);
