-- Search and counters of leads, kept by triggers.
-- The index is contentless and its rowid is leads.seq, so that a match streams in order of arrival. What it holds is
-- computed by the generated columns of leads: text, the source in brackets (a phrase then matches it as a whole), and
-- one-token codes of workspace, owner and status.
CREATE VIRTUAL TABLE leads_fts USING fts5(
  words, origin, scope, content = '', contentless_delete = 1, tokenize = 'trigram remove_diacritics 1'
);
--> statement-breakpoint
-- Living leads by status, a row for each owner and one, '*', for everybody. Those of nobody are the difference.
CREATE TABLE lead_counts (
  workspace_id text NOT NULL,
  owner text NOT NULL,
  in_new integer NOT NULL,
  in_contacted integer NOT NULL,
  in_qualified integer NOT NULL,
  in_closed integer NOT NULL,
  PRIMARY KEY (workspace_id, owner)
) WITHOUT ROWID;
--> statement-breakpoint
-- The one way into lead_counts: what is inserted here is added.
CREATE VIEW lead_tally AS SELECT * FROM lead_counts;
--> statement-breakpoint
CREATE TRIGGER lead_tallied INSTEAD OF INSERT ON lead_tally
BEGIN
  INSERT INTO lead_counts (workspace_id, owner, in_new, in_contacted, in_qualified, in_closed)
    VALUES (new.workspace_id, new.owner, new.in_new, new.in_contacted, new.in_qualified, new.in_closed)
    ON CONFLICT DO UPDATE SET in_new = in_new + excluded.in_new, in_contacted = in_contacted + excluded.in_contacted,
      in_qualified = in_qualified + excluded.in_qualified, in_closed = in_closed + excluded.in_closed;
END;
--> statement-breakpoint
CREATE TRIGGER leads_inserted AFTER INSERT ON leads WHEN new.deleted_at IS NULL
BEGIN
  INSERT INTO leads_fts (rowid, words, origin, scope)
    VALUES (new.seq, new.search_text, new.search_source, new.search_scope);
  INSERT INTO lead_tally SELECT new.workspace_id, value,
      new.status = 'NEW', new.status = 'CONTACTED', new.status = 'QUALIFIED', new.status = 'CLOSED'
    FROM json_each(json_array('*', new.owner_id)) WHERE value IS NOT NULL;
END;
--> statement-breakpoint
CREATE TRIGGER leads_reindexed
AFTER UPDATE OF title, name, email, phone, interest, source, owner_id, status, deleted_at ON leads
WHEN old.search_text IS NOT new.search_text OR old.search_source IS NOT new.search_source
  OR old.search_scope IS NOT new.search_scope OR old.deleted_at IS NOT new.deleted_at
BEGIN
  DELETE FROM leads_fts WHERE rowid = old.seq AND old.deleted_at IS NULL;
  INSERT INTO leads_fts (rowid, words, origin, scope)
    SELECT new.seq, new.search_text, new.search_source, new.search_scope WHERE new.deleted_at IS NULL;
END;
--> statement-breakpoint
-- Everybody's row is written only if the status changes, or the lead comes or goes.
CREATE TRIGGER leads_recounted AFTER UPDATE OF owner_id, status, deleted_at ON leads
WHEN (old.owner_id, old.status, old.deleted_at IS NULL) IS NOT (new.owner_id, new.status, new.deleted_at IS NULL)
BEGIN
  INSERT INTO lead_tally SELECT new.workspace_id, owner,
      sum(n * (status = 'NEW')), sum(n * (status = 'CONTACTED')), sum(n * (status = 'QUALIFIED')), sum(n * (status = 'CLOSED'))
    FROM (SELECT value AS owner, old.status AS status, -1 AS n
        FROM json_each(json_array('*', old.owner_id)) WHERE old.deleted_at IS NULL
      UNION ALL SELECT value, new.status, 1 FROM json_each(json_array('*', new.owner_id)) WHERE new.deleted_at IS NULL)
    WHERE owner IS NOT NULL
    GROUP BY owner HAVING count(*) = 1 OR min(status) <> max(status);
END;
--> statement-breakpoint
CREATE TRIGGER leads_purged AFTER DELETE ON leads WHEN old.deleted_at IS NULL
BEGIN
  DELETE FROM leads_fts WHERE rowid = old.seq;
  INSERT INTO lead_tally SELECT old.workspace_id, value,
      -(old.status = 'NEW'), -(old.status = 'CONTACTED'), -(old.status = 'QUALIFIED'), -(old.status = 'CLOSED')
    FROM json_each(json_array('*', old.owner_id)) WHERE value IS NOT NULL;
END;
