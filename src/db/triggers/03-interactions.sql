-- Words of what was said, by workspace. The index has no content of its own; its rowid is interactions.seq. Who owns the
-- record does not stand in it, since rows follow a change of the owner: each hit is looked up.
CREATE VIRTUAL TABLE interactions_fts USING fts5(
  words, scope, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);
--> statement-breakpoint
CREATE TRIGGER interactions_indexed AFTER INSERT ON interactions
BEGIN
  INSERT INTO interactions_fts (rowid, words, scope) VALUES (new.seq, new.search_text, new.search_scope);
END;
--> statement-breakpoint
CREATE TRIGGER interactions_reindexed AFTER UPDATE OF body, folded_body ON interactions WHEN old.search_text IS NOT new.search_text
BEGIN
  DELETE FROM interactions_fts WHERE rowid = old.seq;
  INSERT INTO interactions_fts (rowid, words, scope) VALUES (new.seq, new.search_text, new.search_scope);
END;
--> statement-breakpoint
CREATE TRIGGER interactions_unindexed AFTER DELETE ON interactions
BEGIN
  DELETE FROM interactions_fts WHERE rowid = old.seq;
END;
--> statement-breakpoint
-- When a customer was last in touch (plans do not count), how often, and when next to be followed up. Rows that move to
-- another customer are told to both in one statement of the move (src/customers/customers.facts.ts). A row more can only move them
-- one way; a changed or lost one may have been the very one, so that they are looked up again. Customers are written
-- only where something changes: a written row costs a thousand times what a read one does.
CREATE TRIGGER interaction_inserted AFTER INSERT ON interactions WHEN new.customer_id IS NOT NULL
BEGIN
  UPDATE customers SET interaction_count = interaction_count + 1
  WHERE id = new.customer_id AND new.type NOT IN ('TASK', 'FOLLOW_UP') AND last_interaction_at >= new.occurred_at;
  UPDATE customers SET interaction_count = interaction_count + 1, last_interaction_at = new.occurred_at
  WHERE id = new.customer_id AND new.type NOT IN ('TASK', 'FOLLOW_UP') AND changes() = 0;
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
AFTER UPDATE OF type, occurred_at, follow_up_at, done_at ON interactions WHEN new.customer_id IS NOT NULL
BEGIN
  UPDATE customers SET (last_interaction_at, next_follow_up_at) =
    (SELECT k.last_interaction_at, k.next_follow_up_at FROM customers_kept k WHERE k.id = customers.id)
  WHERE id = new.customer_id AND (last_interaction_at, next_follow_up_at) IS NOT
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
