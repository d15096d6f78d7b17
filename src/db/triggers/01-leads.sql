-- Search and counters of leads, kept by triggers.
-- The index is contentless and its rowid is leads.seq, so that a match streams in order of arrival. What it holds is
-- computed by the generated columns of leads: folded text, the source in brackets (a phrase then matches it as a whole), and
-- one-token codes of workspace, owner and status. Of a phone number it has the digits, and each three of them as one
-- character of the workspace (`indexedDigits` in src/db/fts.ts).
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
    SELECT seq, words, phone, origin, scope FROM leads_searchable WHERE seq = new.seq;
  INSERT INTO lead_counts (workspace_id, owner, status, count)
    VALUES (new.workspace_id, '*', new.status, 1), (new.workspace_id, coalesce(new.owner_id, ''), new.status, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
CREATE TRIGGER leads_reindexed
AFTER UPDATE OF title, name, email, interest, phone_text, source, owner_id, status, deleted_at ON leads
WHEN old.search_text IS NOT new.search_text OR old.phone_text IS NOT new.phone_text OR old.search_source IS NOT new.search_source
  OR old.search_scope IS NOT new.search_scope OR old.deleted_at IS NOT new.deleted_at
BEGIN
  DELETE FROM leads_fts WHERE rowid = old.seq AND old.deleted_at IS NULL;
  INSERT INTO leads_fts (rowid, words, phone, origin, scope)
    SELECT seq, words, phone, origin, scope FROM leads_searchable WHERE seq = new.seq AND deleted_at IS NULL;
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
--> statement-breakpoint
CREATE VIEW leads_searchable AS
SELECT l.seq, l.deleted_at, l.search_text AS words, l.search_source AS origin, l.search_scope AS scope,
  l.phone_text || coalesce((SELECT group_concat(
    CASE WHEN a > 0 AND b > 0 AND c > 0 THEN char(l.first_gram + (a - 1) * 121 + (b - 1) * 11 + c - 1) ELSE char(10) END, '')
    FROM (SELECT
      instr('0123456789x', substr(l.phone_text, at.key + 1, 1)) AS a,
      instr('0123456789x', substr(l.phone_text, at.key + 2, 1)) AS b,
      instr('0123456789x', substr(l.phone_text, at.key + 3, 1)) AS c
      FROM json_each('[0' || replace(hex(zeroblob(length(l.phone_text) / 2)), '0', ',0') || ']') AS at
      WHERE at.key < length(l.phone_text) - 2)), '') AS phone
FROM leads l;
