-- What tickets are narrowed by, each a word: workspace, status, priority, customer, owner, assignee, tags and custom fields.
-- Any selection of them streams in order of arrival. Status, priority, custom fields, and nobody as owner or assignee, are
-- words of the workspace. A custom field is written in hexadecimal digits.
CREATE VIRTUAL TABLE tickets_fts USING fts5(
  facets, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
--> statement-breakpoint
-- Words of title and description, by workspace, as interactions_fts has them.
CREATE VIRTUAL TABLE tickets_words USING fts5(
  words, scope, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);
--> statement-breakpoint
CREATE TRIGGER tickets_indexed AFTER INSERT ON tickets
BEGIN
  INSERT INTO tickets_words (rowid, words, scope) VALUES (new.seq, new.search_text, new.search_scope);
END;
--> statement-breakpoint
CREATE TRIGGER tickets_words_changed AFTER UPDATE OF title, folded_title, description, folded_description ON tickets
WHEN old.search_text IS NOT new.search_text
BEGIN
  DELETE FROM tickets_words WHERE rowid = old.seq;
  INSERT INTO tickets_words (rowid, words, scope) VALUES (new.seq, new.search_text, new.search_scope);
END;
--> statement-breakpoint
CREATE TRIGGER tickets_unindexed AFTER DELETE ON tickets
BEGIN
  DELETE FROM tickets_words WHERE rowid = old.seq;
END;
--> statement-breakpoint
CREATE VIEW tickets_facets AS
SELECT t.seq, t.deleted_at, replace(replace(
  'w' || t.workspace_id || ' s' || t.workspace_id || t.status || ' p' || t.workspace_id || t.priority
  || ' c' || t.customer_id || ' o' || coalesce(t.owner_id, t.workspace_id) || ' a' || coalesce(t.assignee_id, t.workspace_id)
  || coalesce((SELECT group_concat(' t' || tag_id, '') FROM ticket_tags WHERE ticket_id = t.id), '')
  || coalesce(CASE WHEN t.custom_fields IS NOT NULL THEN (SELECT group_concat(' f' || t.workspace_id || hex(pair), '') FROM ticket_field_pairs AS f WHERE f.id = t.id AND is_indexed) END, ''),
  '-', ''), '_', '') AS facets
FROM tickets t;
--> statement-breakpoint
CREATE TRIGGER tickets_inserted AFTER INSERT ON tickets WHEN new.deleted_at IS NULL
BEGIN
  INSERT INTO tickets_fts (rowid, facets) SELECT seq, facets FROM tickets_facets WHERE seq = new.seq;
END;
--> statement-breakpoint
CREATE TRIGGER tickets_reindexed
AFTER UPDATE OF status, priority, customer_id, owner_id, assignee_id, custom_fields, folded_fields, deleted_at ON tickets
WHEN old.status IS NOT new.status OR old.priority IS NOT new.priority OR old.customer_id IS NOT new.customer_id
  OR old.owner_id IS NOT new.owner_id OR old.assignee_id IS NOT new.assignee_id
  OR old.custom_fields IS NOT new.custom_fields OR old.folded_fields IS NOT new.folded_fields OR old.deleted_at IS NOT new.deleted_at
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
-- in the trash by itself stays there. A customer that is merged away takes none along: they belong to the survivor.
CREATE TRIGGER customer_trash_followed AFTER UPDATE OF deleted_at ON customers
WHEN old.deleted_at IS NOT new.deleted_at
  AND NOT EXISTS (SELECT 1 FROM customer_merges m WHERE m.merged_id = new.id AND m.undone_at IS NULL)
BEGIN
  UPDATE tickets SET deleted_at = new.deleted_at WHERE customer_id = new.id AND deleted_at IS old.deleted_at;
END;
--> statement-breakpoint
-- All tickets of a customer, those in the trash too: its own index knows the living alone.
CREATE INDEX tickets_of_customer ON tickets (customer_id, deleted_at);
--> statement-breakpoint
-- What a member is to solve for customers of others, without the many that one solves for the own ones.
CREATE INDEX tickets_lent ON tickets (workspace_id, assignee_id) WHERE deleted_at IS NULL AND assignee_id IS NOT owner_id;
--> statement-breakpoint
-- Tickets are numbered on from the highest that there is or was: what is purged leaves its number behind.
CREATE TRIGGER ticket_number_kept AFTER DELETE ON tickets
BEGIN
  UPDATE workspaces SET purged_ticket_number = old.number WHERE id = old.workspace_id AND purged_ticket_number < old.number;
END;
