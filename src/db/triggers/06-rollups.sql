-- What analytics reads: days of figures (rollups) and open tickets, kept by triggers, so that nobody counts records.
-- A figure is a fact of what happened: it counts on its day for whoever it concerned then, and nothing that happens
-- later moves it. Only what is still to be done (metric 'due') goes with its owner.
--   lead         made, by source; kind: its status then. Of the owner it was made for. Of a day, the first 50 sources have
--                rows of their own; all others share one, whose part is U+10FFFF
--   claim        duration: from the lead's arrival, the first time it is claimed. Of the claimer
--   contact      first call, e-mail, meeting or status beyond NEW; duration: from the lead's arrival. Of its owner then
--   move         kind: FROM>TO of the status; duration: in FROM. Of its owner then
--   conversion   the same for a lead that became a customer
--   customer     made. Of the owner it was made for
--   interaction  kind: its type; on the day it occurred. Of its author
--   ticket       opened. Of who opened it
--   resolution   of a ticket that was open. Of who resolved or closed it
--   due          open follow-ups on the day they are due; part: interaction or lead. Of the owner now
-- In cells, every zone's clock is a whole number of quarter-hours off UTC, so that a local day is exact from two rows.
-- A duration of s seconds is step 1 + ln(s) / ln(1.04), rounded down: within 2 % of the middle of its step.
CREATE TABLE rollups (
  workspace_id text NOT NULL, owner text NOT NULL, metric text NOT NULL, day text NOT NULL, part text NOT NULL,
  count integer NOT NULL, cells text NOT NULL,
  PRIMARY KEY (workspace_id, owner, metric, day, part)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE ticket_counts (
  workspace_id text NOT NULL, owner text NOT NULL, count integer NOT NULL,
  PRIMARY KEY (workspace_id, owner)
) WITHOUT ROWID;
--> statement-breakpoint
-- What an interaction hangs on. What still hangs on a customer that was merged away belongs to the survivor.
CREATE VIEW parents AS
SELECT id, owner_id, iif(deleted_at IS NOT NULL
    AND EXISTS (SELECT 1 FROM customer_merges m WHERE m.merged_id = customers.id AND m.undone_at IS NULL),
  NULL, deleted_at) AS deleted_at FROM customers
UNION ALL SELECT id, owner_id, deleted_at FROM leads;
--> statement-breakpoint
-- The one way into rollups: a fact that is inserted here is counted for its owner and for everybody, or, by -1, taken
-- back; with everybody null, for the owner alone.
-- Triggers of one change run in no particular order, so that a cell may be below zero until all of them have run.
CREATE VIEW tally AS
SELECT workspace_id, '*' AS everybody, owner, metric, day AS at, part, '' AS kind, 0.0 AS seconds, count AS by
FROM rollups;
--> statement-breakpoint
CREATE TRIGGER tallied INSTEAD OF INSERT ON tally
BEGIN
  INSERT INTO rollups (workspace_id, owner, metric, day, part, count, cells)
    SELECT new.workspace_id, owner, new.metric, substr(new.at, 1, 10), new.part, new.by, json_object(
      (substr(new.at, 12, 2) * 4 + CAST(substr(new.at, 15, 2) AS INTEGER) / 15) || '/' || new.kind || '/' || CASE
        WHEN new.seconds IS NULL THEN '' WHEN new.seconds < 1 THEN 0
        ELSE 1 + CAST(ln(new.seconds) / ln(1.04) AS INTEGER) END,
      new.by)
    FROM (SELECT new.owner AS owner UNION ALL SELECT new.everybody) WHERE owner IS NOT NULL
    ON CONFLICT DO UPDATE SET count = count + excluded.count, cells = (
      SELECT CASE n WHEN 0 THEN json_remove(rollups.cells, path) ELSE json_set(rollups.cells, path, n) END
      FROM (SELECT path, coalesce(json_extract(rollups.cells, path), 0) + excluded.count AS n
        FROM (SELECT '$."' || key || '"' AS path FROM json_each(excluded.cells))));
  DELETE FROM rollups WHERE (new.by < 0 OR new.part = 'interaction') AND workspace_id = new.workspace_id
    AND owner IN (new.everybody, new.owner) AND metric = new.metric AND day = substr(new.at, 1, 10)
    AND part = new.part AND cells = '{}';
END;
--> statement-breakpoint
CREATE TRIGGER lead_made AFTER INSERT ON leads
BEGIN
  INSERT INTO tally SELECT new.workspace_id, '*', new.owner_id, 'lead', new.created_at, CASE
      WHEN EXISTS (SELECT 1 FROM rollups WHERE workspace_id = new.workspace_id AND owner = '*' AND metric = 'lead'
        AND day = substr(new.created_at, 1, 10) AND part = coalesce(new.source, '')) THEN coalesce(new.source, '')
      WHEN (SELECT count(*) FROM (SELECT 1 FROM rollups WHERE workspace_id = new.workspace_id AND owner = '*'
        AND metric = 'lead' AND day = substr(new.created_at, 1, 10) LIMIT 50)) < 50 THEN coalesce(new.source, '')
      ELSE char(1114111) END, new.status, NULL, 1;
  INSERT INTO tally SELECT new.workspace_id, '*', new.owner_id, 'due', new.follow_up_at, 'lead', '', NULL, 1
    WHERE new.follow_up_at IS NOT NULL AND new.status <> 'CLOSED' AND new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_due AFTER UPDATE OF follow_up_at, status, owner_id, deleted_at ON leads
WHEN coalesce(old.follow_up_at, new.follow_up_at) IS NOT NULL
  AND (old.follow_up_at, old.status = 'CLOSED', old.owner_id, old.deleted_at IS NULL)
    IS NOT (new.follow_up_at, new.status = 'CLOSED', new.owner_id, new.deleted_at IS NULL)
BEGIN
  INSERT INTO tally SELECT old.workspace_id, iif(old.follow_up_at = new.follow_up_at
      AND (old.status = 'CLOSED', old.deleted_at IS NULL) = (new.status = 'CLOSED', new.deleted_at IS NULL), NULL, '*'),
    old.owner_id, 'due', old.follow_up_at, 'lead', '', NULL, -1
    WHERE old.follow_up_at IS NOT NULL AND old.status <> 'CLOSED' AND old.deleted_at IS NULL;
  INSERT INTO tally SELECT new.workspace_id, iif(old.follow_up_at = new.follow_up_at
      AND (old.status = 'CLOSED', old.deleted_at IS NULL) = (new.status = 'CLOSED', new.deleted_at IS NULL), NULL, '*'),
    new.owner_id, 'due', new.follow_up_at, 'lead', '', NULL, 1
    WHERE new.follow_up_at IS NOT NULL AND new.status <> 'CLOSED' AND new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_gone AFTER DELETE ON leads
BEGIN
  INSERT INTO tally SELECT old.workspace_id, '*', old.owner_id, 'due', old.follow_up_at, 'lead', '', NULL, -1
    WHERE old.follow_up_at IS NOT NULL AND old.status <> 'CLOSED' AND old.deleted_at IS NULL;
END;
--> statement-breakpoint
-- A lead's history is told by its events, of which each change writes one. How far the lead had come is read from it: it is
-- written there by the change itself, after its event, but for a claim, whose event may come before or after.
CREATE TRIGGER lead_claimed AFTER INSERT ON events WHEN new.verb = 'lead.claimed'
BEGIN
  INSERT INTO tally SELECT l.workspace_id, '*', new.actor_id, 'claim', new.created_at, '', '',
    CASE WHEN l.claims = (l.owner_id IS NOT NULL) THEN (julianday(new.created_at) - julianday(l.created_at)) * 86400 END, 1
    FROM leads l WHERE l.id = new.subject_id;
END;
--> statement-breakpoint
CREATE VIEW first_contacts AS SELECT id AS lead_id, contacted_at AS at FROM leads;
--> statement-breakpoint
CREATE TRIGGER lead_contacted INSTEAD OF INSERT ON first_contacts
BEGIN
  INSERT INTO tally SELECT l.workspace_id, '*', l.owner_id, 'contact', max(new.at, l.created_at),
    '', '', max((julianday(new.at) - julianday(l.created_at)) * 86400, 0), 1
    FROM leads l WHERE l.id = new.lead_id AND l.contacted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_moved AFTER INSERT ON events
WHEN new.verb IN ('lead.updated', 'lead.converted') AND new.changes ->> '$.status[1]' IS NOT NULL
BEGIN
  INSERT INTO tally SELECT l.workspace_id, '*', l.owner_id,
    iif(new.verb = 'lead.converted', 'conversion', 'move'), new.created_at, '',
    new.changes ->> '$.status[0]' || '>' || (new.changes ->> '$.status[1]'),
    (julianday(new.created_at) - julianday(coalesce(l.stage_since, l.created_at))) * 86400, 1
    FROM leads l WHERE l.id = new.subject_id;
  INSERT INTO first_contacts SELECT new.subject_id, new.created_at
    WHERE new.verb = 'lead.converted' OR new.changes ->> '$.status[1]' IN ('CONTACTED', 'QUALIFIED');
END;
--> statement-breakpoint
CREATE TRIGGER lead_spoken_with AFTER INSERT ON events
WHEN new.verb = 'interaction.created' AND new.changes ->> '$.leadId[1]' IS NOT NULL
  AND new.changes ->> '$.type[1]' IN ('CALL', 'EMAIL', 'MEETING')
BEGIN
  INSERT INTO first_contacts SELECT new.changes ->> '$.leadId[1]',
    min(coalesce(new.changes ->> '$.occurredAt[1]', new.created_at), new.created_at);
  UPDATE leads SET contacted_at = min(coalesce(new.changes ->> '$.occurredAt[1]', new.created_at), new.created_at)
    WHERE id = new.changes ->> '$.leadId[1]' AND contacted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_made AFTER INSERT ON customers
BEGIN
  INSERT INTO tally SELECT new.workspace_id, '*', new.owner_id, 'customer', new.created_at,
    '', '', NULL, 1;
END;
--> statement-breakpoint
CREATE TRIGGER interaction_counted AFTER INSERT ON interactions
BEGIN
  INSERT INTO tally SELECT new.workspace_id, '*', new.created_by, 'interaction',
    new.occurred_at, '', new.type, NULL, 1;
  INSERT INTO tally SELECT new.workspace_id, '*', new.owner_id, 'due', new.follow_up_at, 'interaction', '', NULL, 1
    WHERE new.follow_up_at IS NOT NULL AND new.done_at IS NULL
      AND (SELECT deleted_at FROM parents WHERE id = coalesce(new.customer_id, new.lead_id)) IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER interaction_recounted AFTER UPDATE OF type, occurred_at ON interactions
WHEN old.type <> new.type OR old.occurred_at <> new.occurred_at
BEGIN
  INSERT INTO tally SELECT old.workspace_id, '*', old.created_by, 'interaction',
    old.occurred_at, '', old.type, NULL, -1;
  INSERT INTO tally SELECT new.workspace_id, '*', new.created_by, 'interaction',
    new.occurred_at, '', new.type, NULL, 1;
END;
--> statement-breakpoint
CREATE TRIGGER interaction_retyped AFTER UPDATE OF type ON interactions
WHEN (old.type IN ('TASK', 'FOLLOW_UP')) <> (new.type IN ('TASK', 'FOLLOW_UP'))
BEGIN
  UPDATE customers SET interaction_count = interaction_count + iif(new.type IN ('TASK', 'FOLLOW_UP'), -1, 1)
    WHERE id = new.customer_id;
END;
--> statement-breakpoint
CREATE TRIGGER interaction_due AFTER UPDATE OF follow_up_at, done_at, owner_id, customer_id ON interactions
WHEN coalesce(old.follow_up_at, new.follow_up_at) IS NOT NULL
  AND (old.follow_up_at, old.done_at IS NULL, old.owner_id,
      (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(old.customer_id, old.lead_id)))
    IS NOT (new.follow_up_at, new.done_at IS NULL, new.owner_id,
      (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(new.customer_id, new.lead_id)))
BEGIN
  INSERT INTO tally SELECT old.workspace_id, iif(old.follow_up_at = new.follow_up_at
      AND (old.done_at IS NULL, (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(old.customer_id, old.lead_id)))
        IS (new.done_at IS NULL, (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(new.customer_id, new.lead_id))), NULL, '*'),
    old.owner_id, 'due', old.follow_up_at, 'interaction', '', NULL, -1
    WHERE old.follow_up_at IS NOT NULL AND old.done_at IS NULL
      AND (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(old.customer_id, old.lead_id));
  INSERT INTO tally SELECT new.workspace_id, iif(old.follow_up_at = new.follow_up_at
      AND (old.done_at IS NULL, (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(old.customer_id, old.lead_id)))
        IS (new.done_at IS NULL, (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(new.customer_id, new.lead_id))), NULL, '*'),
    new.owner_id, 'due', new.follow_up_at, 'interaction', '', NULL, 1
    WHERE new.follow_up_at IS NOT NULL AND new.done_at IS NULL
      AND (SELECT deleted_at IS NULL FROM parents WHERE id = coalesce(new.customer_id, new.lead_id));
END;
--> statement-breakpoint
-- An interaction that is purged with its customer or lead happened and stays counted; one that is deleted was a mistake.
CREATE TRIGGER interaction_uncounted AFTER DELETE ON interactions
WHEN (SELECT deleted_at FROM parents WHERE id = coalesce(old.customer_id, old.lead_id)) IS NULL
BEGIN
  INSERT INTO tally SELECT old.workspace_id, '*', old.created_by, 'interaction',
    old.occurred_at, '', old.type, NULL, -1;
  INSERT INTO tally SELECT old.workspace_id, '*', old.owner_id, 'due', old.follow_up_at, 'interaction', '', NULL, -1
    WHERE old.follow_up_at IS NOT NULL AND old.done_at IS NULL;
  UPDATE customers SET interaction_count = interaction_count - 1
    WHERE id = old.customer_id AND old.type NOT IN ('TASK', 'FOLLOW_UP');
END;
--> statement-breakpoint
-- Nothing is due for a customer or lead in the trash.
CREATE TRIGGER customer_due_followed AFTER UPDATE OF deleted_at ON customers
WHEN (old.deleted_at IS NULL) <> (new.deleted_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM customer_merges m WHERE m.merged_id = new.id AND m.undone_at IS NULL)
BEGIN
  INSERT INTO tally SELECT workspace_id, '*', owner_id, 'due', follow_up_at, 'interaction', '',
    NULL, iif(new.deleted_at IS NULL, 1, -1)
    FROM interactions WHERE customer_id = new.id AND follow_up_at IS NOT NULL AND done_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_due_followed AFTER UPDATE OF deleted_at ON leads
WHEN (old.deleted_at IS NULL) <> (new.deleted_at IS NULL)
BEGIN
  INSERT INTO tally SELECT workspace_id, '*', owner_id, 'due', follow_up_at, 'interaction', '',
    NULL, iif(new.deleted_at IS NULL, 1, -1)
    FROM interactions
    WHERE lead_id = new.id AND customer_id IS NULL AND follow_up_at IS NOT NULL AND done_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_made AFTER INSERT ON tickets
BEGIN
  INSERT INTO tally SELECT new.workspace_id, '*', new.opened_by, 'ticket', new.created_at,
    '', '', NULL, 1;
  INSERT INTO ticket_counts (workspace_id, owner, count)
    SELECT new.workspace_id, value, 1
    FROM (SELECT '*' AS value UNION ALL SELECT new.owner_id
      UNION ALL SELECT nullif(new.assignee_id, new.owner_id))
    WHERE value IS NOT NULL AND new.status IN ('OPEN', 'IN_PROGRESS') AND new.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_recounted AFTER UPDATE OF status, owner_id, assignee_id, deleted_at ON tickets
WHEN (old.status IN ('OPEN', 'IN_PROGRESS'), old.owner_id, old.assignee_id, old.deleted_at IS NULL)
  IS NOT (new.status IN ('OPEN', 'IN_PROGRESS'), new.owner_id, new.assignee_id, new.deleted_at IS NULL)
BEGIN
  INSERT INTO ticket_counts (workspace_id, owner, count)
    SELECT old.workspace_id, value, -1
    FROM (SELECT '*' AS value UNION ALL SELECT old.owner_id
      UNION ALL SELECT nullif(old.assignee_id, old.owner_id))
    WHERE value IS NOT NULL AND old.status IN ('OPEN', 'IN_PROGRESS') AND old.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count - 1;
  INSERT INTO ticket_counts (workspace_id, owner, count)
    SELECT new.workspace_id, value, 1
    FROM (SELECT '*' AS value UNION ALL SELECT new.owner_id
      UNION ALL SELECT nullif(new.assignee_id, new.owner_id))
    WHERE value IS NOT NULL AND new.status IN ('OPEN', 'IN_PROGRESS') AND new.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_gone AFTER DELETE ON tickets
WHEN old.status IN ('OPEN', 'IN_PROGRESS') AND old.deleted_at IS NULL
BEGIN
  INSERT INTO ticket_counts (workspace_id, owner, count)
    SELECT old.workspace_id, value, -1
    FROM (SELECT '*' AS value UNION ALL SELECT old.owner_id
      UNION ALL SELECT nullif(old.assignee_id, old.owner_id))
    WHERE value IS NOT NULL
    ON CONFLICT DO UPDATE SET count = count - 1;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_resolved AFTER INSERT ON events
WHEN new.verb = 'ticket.updated' AND new.changes ->> '$.status[0]' IN ('OPEN', 'IN_PROGRESS')
  AND new.changes ->> '$.status[1]' IN ('RESOLVED', 'CLOSED')
BEGIN
  INSERT INTO tally SELECT new.workspace_id, '*', iif(new.actor_type = 'user', new.actor_id, NULL), 'resolution',
    new.created_at, '', '', NULL, 1;
END;
--> statement-breakpoint
-- The same facts out of records and events, for what was there before, and for comparing. What has changed since is
-- read as it was from the event that changed it.
CREATE VIEW first_values AS
SELECT e.subject_id, j.key AS field, min(e.created_at) AS at,
  coalesce(iif(e.verb IN ('lead.created', 'customer.created'), j.value ->> 1, j.value ->> 0), '') AS value
FROM (
  SELECT subject_id, verb, changes, created_at FROM events WHERE subject_type IN ('lead', 'customer')
  UNION ALL SELECT survivor_id, 'customer.merged', fields, created_at FROM customer_merges) e JOIN json_each(e.changes) j
WHERE j.key IN ('ownerId', 'status', 'source')
GROUP BY e.subject_id, j.key;
--> statement-breakpoint
CREATE VIEW born AS
SELECT subject_id, max(iif(field = 'ownerId', value, NULL)) AS owner, max(iif(field = 'status', value, NULL)) AS status,
  max(iif(field = 'source', value, NULL)) AS source
FROM first_values GROUP BY subject_id;
--> statement-breakpoint
CREATE VIEW lead_steps AS
SELECT seq, lead_id, workspace_id, verb, at, actor_id, was, became, said_at,
  coalesce(substr(max(iif(hands, format('%016d', seq) || coalesce(owner, ''), NULL)) OVER before, 17), '') AS owner_then,
  max(iif(became IS NOT NULL, at, NULL)) OVER before AS stage_since,
  coalesce(sum(verb = 'lead.claimed') OVER before, 0) AS claims_before,
  coalesce(sum(said_at IS NOT NULL) OVER before, 0) AS contacts_before
FROM (
  SELECT seq, coalesce(changes ->> '$.leadId[1]', subject_id) AS lead_id, workspace_id, verb, created_at AS at, actor_id,
    changes ->> '$.status[0]' AS was, changes ->> '$.status[1]' AS became,
    json_type(changes, '$.ownerId') IS NOT NULL AS hands, changes ->> '$.ownerId[1]' AS owner,
    CASE WHEN verb = 'lead.converted' OR verb = 'lead.updated' AND changes ->> '$.status[1]' IN ('CONTACTED', 'QUALIFIED')
      THEN created_at
    WHEN verb = 'interaction.created' AND changes ->> '$.type[1]' IN ('CALL', 'EMAIL', 'MEETING')
      THEN min(coalesce(changes ->> '$.occurredAt[1]', created_at), created_at) END AS said_at
  FROM events
  WHERE subject_type = 'lead' OR verb = 'interaction.created' AND changes ->> '$.leadId[1]' IS NOT NULL)
WINDOW before AS (PARTITION BY lead_id ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);
--> statement-breakpoint
CREATE VIEW lead_facts AS
SELECT s.workspace_id, s.actor_id AS owner, 'claim' AS metric, s.at, '' AS part, '' AS kind,
  iif(s.claims_before = 0, (julianday(s.at) - julianday(l.created_at)) * 86400, NULL) AS seconds
  FROM lead_steps s JOIN leads l ON l.id = s.lead_id WHERE s.verb = 'lead.claimed'
UNION ALL SELECT s.workspace_id, s.owner_then, 'contact', max(s.said_at, l.created_at), '', '',
  max((julianday(s.said_at) - julianday(l.created_at)) * 86400, 0)
  FROM lead_steps s JOIN leads l ON l.id = s.lead_id WHERE s.said_at IS NOT NULL AND s.contacts_before = 0
UNION ALL SELECT s.workspace_id, s.owner_then, iif(s.verb = 'lead.converted', 'conversion', 'move'), s.at,
  '', s.was || '>' || s.became, (julianday(s.at) - julianday(coalesce(s.stage_since, l.created_at))) * 86400
  FROM lead_steps s JOIN leads l ON l.id = s.lead_id
  WHERE s.verb IN ('lead.updated', 'lead.converted') AND s.became IS NOT NULL
UNION ALL SELECT l.workspace_id, coalesce(b.owner, l.owner_id), 'lead', l.created_at,
  coalesce(b.source, l.source, ''), coalesce(b.status, l.status), NULL
  FROM leads l LEFT JOIN born b ON b.subject_id = l.id
UNION ALL SELECT workspace_id, owner_id, 'due', follow_up_at, 'lead', '', NULL
  FROM leads WHERE follow_up_at IS NOT NULL AND status <> 'CLOSED' AND deleted_at IS NULL;
--> statement-breakpoint
CREATE VIEW other_facts AS
SELECT c.workspace_id, coalesce(b.owner, c.owner_id) AS owner, 'customer' AS metric,
  c.created_at AS at, '' AS part, '' AS kind, NULL AS seconds
  FROM customers c LEFT JOIN born b ON b.subject_id = c.id
UNION ALL SELECT workspace_id, created_by, 'interaction', occurred_at, '', type, NULL
  FROM interactions
UNION ALL SELECT i.workspace_id, i.owner_id, 'due', i.follow_up_at, 'interaction', '', NULL
  FROM interactions i WHERE i.follow_up_at IS NOT NULL AND i.done_at IS NULL
    AND (SELECT deleted_at FROM parents WHERE id = coalesce(i.customer_id, i.lead_id)) IS NULL
UNION ALL SELECT workspace_id, opened_by, 'ticket', created_at, '', '', NULL FROM tickets
UNION ALL SELECT workspace_id, iif(actor_type = 'user', actor_id, NULL), 'resolution', created_at, '', '', NULL
  FROM events WHERE verb = 'ticket.updated' AND changes ->> '$.status[0]' IN ('OPEN', 'IN_PROGRESS')
    AND changes ->> '$.status[1]' IN ('RESOLVED', 'CLOSED');
--> statement-breakpoint
CREATE VIEW rollups_recounted AS
SELECT workspace_id, owner, metric, day, part, sum(n) AS count, json_group_object(cell, n) AS cells
FROM (
  SELECT f.workspace_id, o.value AS owner, f.metric, substr(f.at, 1, 10) AS day, f.part,
    (substr(f.at, 12, 2) * 4 + CAST(substr(f.at, 15, 2) AS INTEGER) / 15) || '/' || f.kind || '/' || CASE
      WHEN f.seconds IS NULL THEN '' WHEN f.seconds < 1 THEN 0
      ELSE 1 + CAST(ln(f.seconds) / ln(1.04) AS INTEGER) END AS cell,
    count(*) AS n
  FROM (SELECT * FROM lead_facts UNION ALL SELECT * FROM other_facts) f
  JOIN json_each(json_array('*', nullif(f.owner, ''))) o ON o.value IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5, 6)
GROUP BY 1, 2, 3, 4, 5;
