-- Search and counters of leads, kept by triggers.
-- The index is contentless and its rowid is leads.seq, so that a match streams in order of arrival. What it holds is
-- computed by the generated columns of leads: folded text, the source in brackets (a phrase then matches it as a whole), and
-- one-token codes of workspace, owner and status. Of a phone number it has the digits, and each four of them as one
-- character (`gramsOf` in src/text/phone-grams.ts).
CREATE VIRTUAL TABLE leads_fts USING fts5(
  words, phone, origin, scope, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);
--> statement-breakpoint
CREATE TABLE lead_counts (
  workspace_id text NOT NULL,
  owner text NOT NULL,
  status text NOT NULL,
  count integer NOT NULL,
  PRIMARY KEY (workspace_id, owner, status)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TRIGGER leads_inserted AFTER INSERT ON leads WHEN new.deleted_at IS NULL
BEGIN
  INSERT INTO leads_fts (rowid, words, phone, origin, scope)
    VALUES (new.seq, new.search_text, new.search_phone, new.search_source, new.search_scope);
  INSERT INTO lead_counts (workspace_id, owner, status, count)
    VALUES (new.workspace_id, '*', new.status, 1), (new.workspace_id, coalesce(new.owner_id, ''), new.status, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER leads_reindexed
AFTER UPDATE OF title, folded_title, sort_name, name, email, folded_email, interest, folded_interest, phone_text, source, owner_id, status, deleted_at ON leads
WHEN old.search_text IS NOT new.search_text OR old.phone_text IS NOT new.phone_text OR old.search_source IS NOT new.search_source
  OR old.search_scope IS NOT new.search_scope OR old.deleted_at IS NOT new.deleted_at
BEGIN
  DELETE FROM leads_fts WHERE rowid = old.seq AND old.deleted_at IS NULL;
  INSERT INTO leads_fts (rowid, words, phone, origin, scope)
    SELECT new.seq, new.search_text, new.search_phone, new.search_source, new.search_scope WHERE new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER leads_recounted_by_owner AFTER UPDATE OF owner_id, status, deleted_at ON leads
WHEN old.owner_id IS NOT new.owner_id OR old.status IS NOT new.status OR old.deleted_at IS NOT new.deleted_at
BEGIN
  INSERT INTO lead_counts (workspace_id, owner, status, count)
    SELECT old.workspace_id, coalesce(old.owner_id, ''), old.status, -1 WHERE old.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count - 1;
  INSERT INTO lead_counts (workspace_id, owner, status, count)
    SELECT new.workspace_id, coalesce(new.owner_id, ''), new.status, 1 WHERE new.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER leads_recounted AFTER UPDATE OF status, deleted_at ON leads
WHEN old.status IS NOT new.status OR old.deleted_at IS NOT new.deleted_at
BEGIN
  INSERT INTO lead_counts (workspace_id, owner, status, count)
    SELECT old.workspace_id, '*', old.status, -1 WHERE old.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count - 1;
  INSERT INTO lead_counts (workspace_id, owner, status, count)
    SELECT new.workspace_id, '*', new.status, 1 WHERE new.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER leads_purged AFTER DELETE ON leads WHEN old.deleted_at IS NULL
BEGIN
  DELETE FROM leads_fts WHERE rowid = old.seq;
  INSERT INTO lead_counts (workspace_id, owner, status, count)
    VALUES (old.workspace_id, '*', old.status, -1), (old.workspace_id, coalesce(old.owner_id, ''), old.status, -1)
    ON CONFLICT DO UPDATE SET count = count - 1;
END;
