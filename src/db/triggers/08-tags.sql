-- Tags and custom fields of customers, leads and tickets: how often a tag is used, and what the search indexes hold.
-- Living records of an owner with a tag, a row for each owner and one, '*', for everybody. Leads of nobody have the owner ''.
CREATE TABLE tag_counts (
  tag_id text NOT NULL, owner text NOT NULL, workspace_id text NOT NULL, key text NOT NULL,
  customers integer NOT NULL, leads integer NOT NULL, tickets integer NOT NULL,
  PRIMARY KEY (tag_id, owner)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX tag_counts_used ON tag_counts (workspace_id, owner, key);
--> statement-breakpoint
-- The one way into tag_counts: how many more records of each kind an owner has with the tag.
CREATE VIEW tag_tally AS SELECT tag_id, owner, customers, leads, tickets FROM tag_counts;
--> statement-breakpoint
CREATE TRIGGER tag_tallied INSTEAD OF INSERT ON tag_tally WHEN new.owner IS NOT NULL
BEGIN
  INSERT INTO tag_counts (tag_id, owner, workspace_id, key, customers, leads, tickets)
    SELECT id, new.owner, workspace_id, key, new.customers, new.leads, new.tickets FROM tags WHERE id = new.tag_id
    ON CONFLICT DO UPDATE SET customers = customers + excluded.customers, leads = leads + excluded.leads,
      tickets = tickets + excluded.tickets;
END;
--> statement-breakpoint
CREATE TRIGGER tag_deleted AFTER DELETE ON tags
BEGIN
  DELETE FROM tag_counts WHERE tag_id = old.id;
END;
--> statement-breakpoint
CREATE TRIGGER tag_renamed AFTER UPDATE OF key ON tags WHEN old.key IS NOT new.key
BEGIN
  UPDATE tags SET indexed_as = old.key WHERE id = new.id AND indexed_as IS NULL;
  UPDATE tag_counts SET key = new.key WHERE tag_id = new.id;
END;
--> statement-breakpoint
CREATE TRIGGER tag_made AFTER INSERT ON tags
WHEN new.indexed_as IS NULL
  AND EXISTS (SELECT 1 FROM tags t WHERE t.workspace_id = new.workspace_id AND t.indexed_as = new.key)
BEGIN
  UPDATE tags SET indexed_as = new.id WHERE id = new.id;
END;
--> statement-breakpoint
-- What stands for a tag in a search index of text: in brackets, which its own text has not.
CREATE VIEW indexed_tags AS
SELECT id, '⟦' || replace(replace(coalesce(indexed_as, key), '⟦', '⟪'), '⟧', '⟫') || '⟧' AS tag FROM tags;
--> statement-breakpoint
-- The custom fields of a record as `key=value`, folded; of a list, one for each of its values. Indexes leave out long values,
-- and keys with `=`, for `a=b` with the value `c` would be the same text as `a` with the value `b=c`.
CREATE VIEW {{record}}_field_pairs AS
SELECT id, key, pair, '⟦' || replace(replace(pair, '⟦', '⟪'), '⟧', '⟫') || '⟧' AS field,
  length(value) <= 100 AND instr(key, '=') = 0 AS is_indexed
FROM (SELECT r.id, f.key, e.value, coalesce(
      (SELECT p.value ->> 1 FROM json_each(r.folded_fields) AS k, json_each(CASE k.type WHEN 'array' THEN k.value END) AS p
        WHERE k.key = f.key AND CASE p.type WHEN 'array' THEN p.value ->> 0 END = e.value),
      lower(f.key || '=' || e.value)) AS pair
    FROM {{record}}s AS r, json_each(r.custom_fields) AS f,
      json_each(CASE f.type WHEN 'array' THEN f.value WHEN 'true' THEN '["true"]' WHEN 'false' THEN '["false"]'
        ELSE json_array(f.value) END) AS e
    WHERE f.type IN ('text', 'integer', 'real', 'true', 'false', 'array') AND e.type IN ('text', 'integer', 'real'));
--> statement-breakpoint
CREATE TRIGGER customer_tags_recounted AFTER UPDATE OF owner_id, deleted_at ON customers
WHEN (old.owner_id IS NOT new.owner_id OR old.deleted_at IS NOT new.deleted_at)
  AND EXISTS (SELECT 1 FROM customer_tags WHERE customer_id = new.id)
BEGIN
  INSERT INTO tag_tally SELECT tag_id, value, -1, 0, 0
    FROM customer_tags, json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), old.owner_id))
    WHERE customer_id = old.id AND old.deleted_at IS NULL;
  INSERT INTO tag_tally SELECT tag_id, value, 1, 0, 0
    FROM customer_tags, json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), new.owner_id))
    WHERE customer_id = new.id AND new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_tagged AFTER INSERT ON lead_tags
BEGIN
  SELECT RAISE(ABORT, 'breach: too_many_tags') WHERE EXISTS (SELECT 1 FROM lead_tags WHERE lead_id = new.lead_id LIMIT 1 OFFSET 50);
  DELETE FROM leads_fts WHERE rowid = (SELECT seq FROM leads WHERE id = new.lead_id AND deleted_at IS NULL);
  INSERT INTO leads_fts (rowid, words, phone, origin, tags, fields, scope)
    SELECT seq, words, phone, origin, tags, fields, scope FROM leads_searchable
    WHERE seq = (SELECT seq FROM leads WHERE id = new.lead_id) AND deleted_at IS NULL;
  INSERT INTO tag_tally SELECT new.tag_id, value, 0, 1, 0 FROM leads AS l, json_each(json_array('*', coalesce(l.owner_id, '')))
    WHERE l.id = new.lead_id AND l.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_untagged AFTER DELETE ON lead_tags
BEGIN
  DELETE FROM leads_fts WHERE rowid = (SELECT seq FROM leads WHERE id = old.lead_id AND deleted_at IS NULL);
  INSERT INTO leads_fts (rowid, words, phone, origin, tags, fields, scope)
    SELECT seq, words, phone, origin, tags, fields, scope FROM leads_searchable
    WHERE seq = (SELECT seq FROM leads WHERE id = old.lead_id) AND deleted_at IS NULL;
  INSERT INTO tag_tally SELECT old.tag_id, value, 0, -1, 0 FROM leads AS l, json_each(json_array('*', coalesce(l.owner_id, '')))
    WHERE l.id = old.lead_id AND l.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER lead_tags_recounted AFTER UPDATE OF owner_id, deleted_at ON leads
WHEN (old.owner_id IS NOT new.owner_id OR old.deleted_at IS NOT new.deleted_at)
  AND EXISTS (SELECT 1 FROM lead_tags WHERE lead_id = new.id)
BEGIN
  INSERT INTO tag_tally SELECT tag_id, value, 0, -1, 0
    FROM lead_tags, json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), coalesce(old.owner_id, '')))
    WHERE lead_id = old.id AND old.deleted_at IS NULL;
  INSERT INTO tag_tally SELECT tag_id, value, 0, 1, 0
    FROM lead_tags, json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), coalesce(new.owner_id, '')))
    WHERE lead_id = new.id AND new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_tagged AFTER INSERT ON ticket_tags
BEGIN
  SELECT RAISE(ABORT, 'breach: too_many_tags') WHERE EXISTS (SELECT 1 FROM ticket_tags WHERE ticket_id = new.ticket_id LIMIT 1 OFFSET 50);
  DELETE FROM tickets_fts WHERE rowid = (SELECT seq FROM tickets WHERE id = new.ticket_id);
  INSERT INTO tickets_fts (rowid, facets) SELECT seq, facets FROM tickets_facets
    WHERE seq = (SELECT seq FROM tickets WHERE id = new.ticket_id) AND deleted_at IS NULL;
  INSERT INTO tag_tally SELECT new.tag_id, value, 0, 0, 1
    FROM tickets AS t, json_each(json_array('*', t.owner_id, nullif(t.assignee_id, t.owner_id)))
    WHERE t.id = new.ticket_id AND t.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_untagged AFTER DELETE ON ticket_tags
BEGIN
  DELETE FROM tickets_fts WHERE rowid = (SELECT seq FROM tickets WHERE id = old.ticket_id);
  INSERT INTO tickets_fts (rowid, facets) SELECT seq, facets FROM tickets_facets
    WHERE seq = (SELECT seq FROM tickets WHERE id = old.ticket_id) AND deleted_at IS NULL;
  INSERT INTO tag_tally SELECT old.tag_id, value, 0, 0, -1
    FROM tickets AS t, json_each(json_array('*', t.owner_id, nullif(t.assignee_id, t.owner_id)))
    WHERE t.id = old.ticket_id AND t.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER ticket_tags_recounted AFTER UPDATE OF owner_id, assignee_id, deleted_at ON tickets
WHEN (old.owner_id IS NOT new.owner_id OR old.assignee_id IS NOT new.assignee_id OR old.deleted_at IS NOT new.deleted_at)
  AND EXISTS (SELECT 1 FROM ticket_tags WHERE ticket_id = new.id)
BEGIN
  INSERT INTO tag_tally SELECT tag_id, value, 0, 0, -1
    FROM ticket_tags, json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), old.owner_id,
      nullif(old.assignee_id, old.owner_id)))
    WHERE ticket_id = old.id AND old.deleted_at IS NULL;
  INSERT INTO tag_tally SELECT tag_id, value, 0, 0, 1
    FROM ticket_tags, json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), new.owner_id,
      nullif(new.assignee_id, new.owner_id)))
    WHERE ticket_id = new.id AND new.deleted_at IS NULL;
END;
