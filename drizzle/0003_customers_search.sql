-- Search, counters and kept facts of customers and what hangs on them, all by triggers.
-- The index is contentless, its rowid is customers.seq. Tags and custom fields stand in it in brackets, so that a phrase
-- matches one of them as a whole (brackets of their own are turned into others); `scope` holds the one-token codes of workspace and owner.
CREATE VIRTUAL TABLE customers_fts USING fts5(
  name, email, phone, company, tags, fields, scope,
  content = '', contentless_delete = 1, tokenize = 'trigram remove_diacritics 1'
);
--> statement-breakpoint
CREATE VIEW customers_searchable AS
SELECT
  c.seq, c.id, c.name, c.email, c.company, c.deleted_at,
  c.phone || char(10) || c.phone_digits || char(10) || coalesce(c.phone_e164, '') AS phone,
  (SELECT group_concat('⟦' || replace(replace(t.key, '⟦', '⟪'), '⟧', '⟫') || '⟧', '')
    FROM customer_tags ct JOIN tags t ON t.id = ct.tag_id WHERE ct.customer_id = c.id) AS tags,
  (SELECT group_concat('⟦' || replace(replace(
      key || '=' || CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE value END,
      '⟦', '⟪'), '⟧', '⟫') || '⟧', '')
    FROM json_each(c.custom_fields)
    WHERE type IN ('text', 'integer', 'real', 'true', 'false') AND length(value) <= 100 AND instr(key, '=') = 0) AS fields,
  c.search_scope AS scope
FROM customers c;
--> statement-breakpoint
CREATE TABLE customer_counts (
  workspace_id text NOT NULL, owner text NOT NULL, count integer NOT NULL,
  PRIMARY KEY (workspace_id, owner)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE duplicate_keys (
  workspace_id text NOT NULL, key text NOT NULL, count integer NOT NULL,
  PRIMARY KEY (workspace_id, key)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX duplicate_keys_shared ON duplicate_keys (workspace_id, key) WHERE count > 1;
--> statement-breakpoint
CREATE TABLE tag_counts (
  tag_id text NOT NULL, owner text NOT NULL, workspace_id text NOT NULL, key text NOT NULL, count integer NOT NULL,
  PRIMARY KEY (tag_id, owner)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX tag_counts_used ON tag_counts (workspace_id, owner, key) WHERE count > 0;
--> statement-breakpoint
CREATE TRIGGER customers_inserted AFTER INSERT ON customers WHEN new.deleted_at IS NULL
BEGIN
  INSERT INTO customers_fts (rowid, name, email, phone, company, tags, fields, scope)
    SELECT seq, name, email, phone, company, tags, fields, scope FROM customers_searchable WHERE seq = new.seq;
  INSERT INTO customer_counts (workspace_id, owner, count)
    VALUES (new.workspace_id, '*', 1), (new.workspace_id, coalesce(new.owner_id, ''), 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
  INSERT INTO duplicate_keys (workspace_id, key, count)
    SELECT new.workspace_id, value, 1
    FROM json_each(json_array('name ' || new.name_key, 'phone ' || new.phone_e164)) WHERE value IS NOT NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER customers_reindexed
AFTER UPDATE OF name, email, phone, phone_e164, company, custom_fields, owner_id, deleted_at ON customers
WHEN old.name IS NOT new.name OR old.email IS NOT new.email OR old.phone IS NOT new.phone
  OR old.phone_e164 IS NOT new.phone_e164 OR old.company IS NOT new.company
  OR old.custom_fields IS NOT new.custom_fields OR old.owner_id IS NOT new.owner_id
  OR old.deleted_at IS NOT new.deleted_at
BEGIN
  DELETE FROM customers_fts WHERE rowid = old.seq AND old.deleted_at IS NULL;
  INSERT INTO customers_fts (rowid, name, email, phone, company, tags, fields, scope)
    SELECT seq, name, email, phone, company, tags, fields, scope FROM customers_searchable
    WHERE seq = new.seq AND deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customers_rekeyed AFTER UPDATE OF sort_name, company, phone_e164, deleted_at ON customers
WHEN old.name_key IS NOT new.name_key OR old.phone_e164 IS NOT new.phone_e164 OR old.deleted_at IS NOT new.deleted_at
BEGIN
  INSERT INTO duplicate_keys (workspace_id, key, count)
    SELECT old.workspace_id, value, -1
    FROM json_each(json_array('name ' || old.name_key, 'phone ' || old.phone_e164))
    WHERE value IS NOT NULL AND old.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count - 1;
  INSERT INTO duplicate_keys (workspace_id, key, count)
    SELECT new.workspace_id, value, 1
    FROM json_each(json_array('name ' || new.name_key, 'phone ' || new.phone_e164))
    WHERE value IS NOT NULL AND new.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER customers_recounted AFTER UPDATE OF owner_id, deleted_at ON customers
WHEN old.owner_id IS NOT new.owner_id OR old.deleted_at IS NOT new.deleted_at
BEGIN
  INSERT INTO customer_counts (workspace_id, owner, count)
    SELECT old.workspace_id, value, -1 FROM json_each(json_array('*', coalesce(old.owner_id, '')))
    WHERE old.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count - 1;
  INSERT INTO customer_counts (workspace_id, owner, count)
    SELECT new.workspace_id, value, 1 FROM json_each(json_array('*', coalesce(new.owner_id, '')))
    WHERE new.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
  INSERT INTO tag_counts (tag_id, owner, workspace_id, key, count)
    SELECT t.id, value, t.workspace_id, t.key, -1
    FROM customer_tags ct JOIN tags t ON t.id = ct.tag_id, json_each(json_array('*', coalesce(old.owner_id, '')))
    WHERE ct.customer_id = old.id AND old.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count - 1;
  INSERT INTO tag_counts (tag_id, owner, workspace_id, key, count)
    SELECT t.id, value, t.workspace_id, t.key, 1
    FROM customer_tags ct JOIN tags t ON t.id = ct.tag_id, json_each(json_array('*', coalesce(new.owner_id, '')))
    WHERE ct.customer_id = new.id AND new.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER customers_owner_followed AFTER UPDATE OF owner_id ON customers WHEN old.owner_id IS NOT new.owner_id
BEGIN
  UPDATE interactions SET owner_id = new.owner_id WHERE customer_id = new.id;
  UPDATE tickets SET owner_id = new.owner_id WHERE customer_id = new.id;
END;
--> statement-breakpoint
CREATE TRIGGER leads_owner_followed AFTER UPDATE OF owner_id ON leads WHEN old.owner_id IS NOT new.owner_id
BEGIN
  UPDATE interactions SET owner_id = new.owner_id WHERE lead_id = new.id AND customer_id IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_tagged AFTER INSERT ON customer_tags
BEGIN
  DELETE FROM customers_fts WHERE rowid = (SELECT seq FROM customers WHERE id = new.customer_id AND deleted_at IS NULL);
  INSERT INTO customers_fts (rowid, name, email, phone, company, tags, fields, scope)
    SELECT seq, name, email, phone, company, tags, fields, scope FROM customers_searchable
    WHERE seq = (SELECT seq FROM customers WHERE id = new.customer_id) AND deleted_at IS NULL;
  INSERT INTO tag_counts (tag_id, owner, workspace_id, key, count)
    SELECT t.id, value, t.workspace_id, t.key, 1
    FROM customers c JOIN tags t ON t.id = new.tag_id, json_each(json_array('*', coalesce(c.owner_id, '')))
    WHERE c.id = new.customer_id AND c.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER customer_untagged AFTER DELETE ON customer_tags
BEGIN
  DELETE FROM customers_fts WHERE rowid = (SELECT seq FROM customers WHERE id = old.customer_id AND deleted_at IS NULL);
  INSERT INTO customers_fts (rowid, name, email, phone, company, tags, fields, scope)
    SELECT seq, name, email, phone, company, tags, fields, scope FROM customers_searchable
    WHERE seq = (SELECT seq FROM customers WHERE id = old.customer_id) AND deleted_at IS NULL;
  INSERT INTO tag_counts (tag_id, owner, workspace_id, key, count)
    SELECT t.id, value, t.workspace_id, t.key, -1
    FROM customers c JOIN tags t ON t.id = old.tag_id, json_each(json_array('*', coalesce(c.owner_id, '')))
    WHERE c.id = old.customer_id AND c.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count - 1;
END;
--> statement-breakpoint
CREATE TRIGGER tag_renamed AFTER UPDATE OF key ON tags WHEN old.key IS NOT new.key
BEGIN
  DELETE FROM customers_fts WHERE rowid IN (
    SELECT c.seq FROM customer_tags ct JOIN customers c ON c.id = ct.customer_id
    WHERE ct.tag_id = new.id AND c.deleted_at IS NULL);
  INSERT INTO customers_fts (rowid, name, email, phone, company, tags, fields, scope)
    SELECT s.seq, s.name, s.email, s.phone, s.company, s.tags, s.fields, s.scope
    FROM customer_tags ct JOIN customers c ON c.id = ct.customer_id JOIN customers_searchable s ON s.seq = c.seq
    WHERE ct.tag_id = new.id AND c.deleted_at IS NULL;
  UPDATE tag_counts SET key = new.key WHERE tag_id = new.id;
END;
--> statement-breakpoint
CREATE TRIGGER tag_deleted AFTER DELETE ON tags
BEGIN
  DELETE FROM tag_counts WHERE tag_id = old.id;
END;
--> statement-breakpoint
-- When a customer was last in touch (plans do not count) and is next to be followed up. A row more can only move them
-- one way; a changed or lost one may have been the very one, so that they are looked up again. Customers are written
-- only where something changes: a written row costs a thousand times what a read one does.
CREATE TRIGGER interaction_inserted AFTER INSERT ON interactions WHEN new.customer_id IS NOT NULL
BEGIN
  UPDATE customers SET last_interaction_at = new.occurred_at
  WHERE id = new.customer_id AND new.type NOT IN ('TASK', 'FOLLOW_UP')
    AND (last_interaction_at IS NULL OR last_interaction_at < new.occurred_at);
  UPDATE customers SET next_follow_up_at = new.follow_up_at
  WHERE id = new.customer_id AND new.follow_up_at IS NOT NULL AND new.done_at IS NULL
    AND (next_follow_up_at IS NULL OR next_follow_up_at > new.follow_up_at);
END;
--> statement-breakpoint
CREATE VIEW customers_kept AS
SELECT c.id,
  (SELECT max(occurred_at) FROM interactions i
    WHERE i.customer_id = c.id AND i.type NOT IN ('TASK', 'FOLLOW_UP')) AS last_interaction_at,
  (SELECT min(follow_up_at) FROM interactions i
    WHERE i.customer_id = c.id AND i.follow_up_at IS NOT NULL AND i.done_at IS NULL) AS next_follow_up_at
FROM customers c;
--> statement-breakpoint
CREATE TRIGGER interaction_updated
AFTER UPDATE OF customer_id, type, occurred_at, follow_up_at, done_at ON interactions
WHEN old.customer_id IS NOT NULL OR new.customer_id IS NOT NULL
BEGIN
  UPDATE customers SET (last_interaction_at, next_follow_up_at) =
    (SELECT k.last_interaction_at, k.next_follow_up_at FROM customers_kept k WHERE k.id = customers.id)
  WHERE id IN (old.customer_id, new.customer_id) AND (last_interaction_at, next_follow_up_at) IS NOT
    (SELECT k.last_interaction_at, k.next_follow_up_at FROM customers_kept k WHERE k.id = customers.id);
END;
--> statement-breakpoint
CREATE TRIGGER interaction_deleted AFTER DELETE ON interactions WHEN old.customer_id IS NOT NULL
BEGIN
  UPDATE customers SET (last_interaction_at, next_follow_up_at) =
    (SELECT k.last_interaction_at, k.next_follow_up_at FROM customers_kept k WHERE k.id = customers.id)
  WHERE id = old.customer_id AND (last_interaction_at, next_follow_up_at) IS NOT
    (SELECT k.last_interaction_at, k.next_follow_up_at FROM customers_kept k WHERE k.id = customers.id);
END;
--> statement-breakpoint
-- An interaction that moves to another customer, by a conversion or a merge, belongs to the owner of that one.
CREATE TRIGGER interaction_moved AFTER UPDATE OF customer_id ON interactions
WHEN new.customer_id IS NOT NULL AND old.customer_id IS NOT new.customer_id
BEGIN
  UPDATE interactions SET owner_id = (SELECT owner_id FROM customers WHERE id = new.customer_id) WHERE seq = new.seq;
END;
--> statement-breakpoint
CREATE INDEX interactions_type ON interactions (workspace_id, type, occurred_at);
--> statement-breakpoint
CREATE INDEX interactions_owner_type ON interactions (workspace_id, owner_id, type, occurred_at);
--> statement-breakpoint
CREATE INDEX interactions_lead_due ON interactions (lead_id, follow_up_at)
  WHERE lead_id IS NOT NULL AND follow_up_at IS NOT NULL AND done_at IS NULL;
--> statement-breakpoint
-- What a customer is shown of the own timeline.
CREATE INDEX interactions_shared ON interactions (customer_id, occurred_at)
  WHERE type IN ('CALL', 'EMAIL', 'MEETING') OR ticket_id IS NOT NULL;
--> statement-breakpoint
-- Events of a record by time, so that they merge with its interactions; the index without the time is then idle.
DROP INDEX events_subject;
--> statement-breakpoint
CREATE INDEX events_subject ON events (workspace_id, subject_id, created_at);
--> statement-breakpoint
-- What tickets are narrowed by, each a word: workspace, status, priority, customer, owner and assignee. Any selection of
-- them streams in order of arrival. Status and priority, and nobody as owner or assignee, are words of the workspace.
CREATE VIRTUAL TABLE tickets_fts USING fts5(
  facets, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
--> statement-breakpoint
CREATE VIEW tickets_facets AS
SELECT t.seq, t.deleted_at, replace(replace(
  'w' || t.workspace_id || ' s' || t.workspace_id || t.status || ' p' || t.workspace_id || t.priority
  || ' c' || t.customer_id || ' o' || coalesce(t.owner_id, t.workspace_id) || ' a' || coalesce(t.assignee_id, t.workspace_id),
  '-', ''), '_', '') AS facets
FROM tickets t;
--> statement-breakpoint
CREATE TRIGGER tickets_inserted AFTER INSERT ON tickets WHEN new.deleted_at IS NULL
BEGIN
  INSERT INTO tickets_fts (rowid, facets) SELECT seq, facets FROM tickets_facets WHERE seq = new.seq;
END;
--> statement-breakpoint
CREATE TRIGGER tickets_reindexed
AFTER UPDATE OF status, priority, customer_id, owner_id, assignee_id, deleted_at ON tickets
WHEN old.status IS NOT new.status OR old.priority IS NOT new.priority OR old.customer_id IS NOT new.customer_id
  OR old.owner_id IS NOT new.owner_id OR old.assignee_id IS NOT new.assignee_id OR old.deleted_at IS NOT new.deleted_at
BEGIN
  DELETE FROM tickets_fts WHERE rowid = old.seq;
  INSERT INTO tickets_fts (rowid, facets) SELECT seq, facets FROM tickets_facets WHERE seq = new.seq AND deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER tickets_purged AFTER DELETE ON tickets
BEGIN
  DELETE FROM tickets_fts WHERE rowid = old.seq;
END;
--> statement-breakpoint
-- A customer's living tickets go to the trash and come back with the customer, by having the same deleted_at; what was
-- in the trash by itself stays there.
CREATE TRIGGER customer_trash_followed AFTER UPDATE OF deleted_at ON customers WHEN old.deleted_at IS NOT new.deleted_at
BEGIN
  UPDATE tickets SET deleted_at = new.deleted_at WHERE customer_id = new.id AND deleted_at IS old.deleted_at;
END;
--> statement-breakpoint
-- A ticket that moves to another customer has the owner of that one, and lives if that one does.
CREATE TRIGGER ticket_moved AFTER UPDATE OF customer_id ON tickets WHEN old.customer_id IS NOT new.customer_id
BEGIN
  UPDATE tickets SET
    owner_id = (SELECT owner_id FROM customers WHERE id = new.customer_id),
    deleted_at = CASE WHEN deleted_at IS (SELECT deleted_at FROM customers WHERE id = old.customer_id)
      THEN (SELECT deleted_at FROM customers WHERE id = new.customer_id) ELSE deleted_at END
  WHERE seq = new.seq;
END;
--> statement-breakpoint
-- All tickets of a customer, those in the trash too: its own index knows the living alone.
CREATE INDEX tickets_of_customer ON tickets (customer_id, deleted_at);
--> statement-breakpoint
-- What a member is to solve for customers of others, without the many that one solves for the own ones.
CREATE INDEX tickets_lent ON tickets (workspace_id, assignee_id) WHERE deleted_at IS NULL AND assignee_id IS NOT owner_id;
--> statement-breakpoint
-- Relationships seen from the other side, in the order of whom they lead to.
CREATE INDEX relationships_from ON customer_relationships (to_id, from_id);
--> statement-breakpoint
-- Who stands above somebody, without passing the many who stand below.
CREATE INDEX relationships_above ON customer_relationships (from_id, kind, to_id);
--> statement-breakpoint
CREATE INDEX relationships_below ON customer_relationships (to_id, kind, from_id);
