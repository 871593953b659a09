-- What a transaction of one bank sees of the log (huimin.bank is set in it, see withBank of @huimin/projector): its own
-- streams and those that are nobody's, and the answers to its own commands. The gateway's other connections decide
-- commands, for which the log is read whole: a household's credit file has loans of several banks.
ALTER TABLE log.stream_head ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_stream ON log.stream_head USING (true);
CREATE POLICY own_bank ON log.stream_head AS RESTRICTIVE TO huimin_bank_gateway
  USING (bank IS NULL OR coalesce(current_setting('huimin.bank', true), '') IN ('', bank));

ALTER TABLE log.event ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_event ON log.event USING (true);
CREATE POLICY own_bank ON log.event AS RESTRICTIVE TO huimin_bank_gateway
  USING (coalesce(current_setting('huimin.bank', true), '') = ''
    OR EXISTS (SELECT FROM log.stream_head h WHERE h.district = event.district AND h.stream = event.stream));

ALTER TABLE log.command_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY every_key ON log.command_key USING (true);
CREATE POLICY own_bank ON log.command_key AS RESTRICTIVE TO huimin_bank_gateway
  USING (coalesce(current_setting('huimin.bank', true), '') = '' OR client = 'bank:' || current_setting('huimin.bank', true));
