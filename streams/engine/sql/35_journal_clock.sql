create index journal_everyones on engine.journal (region, position)
  where record_name in ('ClockTicked', 'RulesActivated');
comment on index engine.journal_everyones is 'Rows that concern every household: found without reading the whole journal.';
