-- Search and counters of leads, kept by triggers.
-- The index is contentless and its rowid is leads.seq, so that a match streams in order of arrival. What it holds is
-- computed by the generated columns of leads: folded text, the source in brackets (a phrase then matches it as a whole), and
-- one-token codes of workspace, owner and status. Tags and custom fields stand in brackets too (08-tags.sql). Of a phone number it has the digits, and each four of them as one
-- character (`gramsOf` in src/text/phone-grams.ts).
CREATE VIRTUAL TABLE leads_fts USING fts5(
  words, phone, origin, tags, fields, scope, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
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
-- The one way into lead_counts: an owner's lead that was in one status and is in another, null where it did not count.
CREATE VIEW lead_tally AS SELECT workspace_id, owner, '' AS was, '' AS became FROM lead_counts;
--> statement-breakpoint
CREATE TRIGGER lead_tallied INSTEAD OF INSERT ON lead_tally WHEN new.owner IS NOT NULL AND new.was IS NOT new.became
BEGIN
  INSERT INTO lead_counts (workspace_id, owner, in_new, in_contacted, in_qualified, in_closed)
    VALUES (new.workspace_id, new.owner, (new.became IS 'NEW') - (new.was IS 'NEW'),
      (new.became IS 'CONTACTED') - (new.was IS 'CONTACTED'), (new.became IS 'QUALIFIED') - (new.was IS 'QUALIFIED'),
      (new.became IS 'CLOSED') - (new.was IS 'CLOSED'))
    ON CONFLICT DO UPDATE SET in_new = in_new + excluded.in_new, in_contacted = in_contacted + excluded.in_contacted,
      in_qualified = in_qualified + excluded.in_qualified, in_closed = in_closed + excluded.in_closed;
END;
--> statement-breakpoint
CREATE TRIGGER leads_inserted AFTER INSERT ON leads WHEN new.deleted_at IS NULL
BEGIN
  INSERT INTO leads_fts (rowid, words, phone, origin, tags, fields, scope)
    SELECT new.seq, new.search_text, new.search_phone, new.search_source, NULL, CASE WHEN new.custom_fields IS NOT NULL
        THEN (SELECT group_concat(field, '') FROM lead_field_pairs AS f WHERE f.id = new.id AND is_indexed) END, new.search_scope;
  INSERT INTO lead_tally VALUES (new.workspace_id, '*', NULL, new.status), (new.workspace_id, new.owner_id, NULL, new.status);
END;
--> statement-breakpoint
CREATE TRIGGER leads_reindexed
AFTER UPDATE OF title, folded_title, sort_name, name, email, folded_email, interest, folded_interest, phone_text, source,
  custom_fields, folded_fields, owner_id, status, deleted_at ON leads
WHEN old.search_text IS NOT new.search_text OR old.phone_text IS NOT new.phone_text OR old.search_source IS NOT new.search_source
  OR old.custom_fields IS NOT new.custom_fields OR old.folded_fields IS NOT new.folded_fields
  OR old.search_scope IS NOT new.search_scope OR old.deleted_at IS NOT new.deleted_at
BEGIN
  DELETE FROM leads_fts WHERE rowid = old.seq AND old.deleted_at IS NULL;
  INSERT INTO leads_fts (rowid, words, phone, origin, tags, fields, scope)
    SELECT new.seq, new.search_text, new.search_phone, new.search_source,
      (SELECT group_concat(tag, '') FROM lead_tags CROSS JOIN indexed_tags ON id = tag_id WHERE lead_id = new.id),
      CASE WHEN new.custom_fields IS NOT NULL
        THEN (SELECT group_concat(field, '') FROM lead_field_pairs AS f WHERE f.id = new.id AND is_indexed) END,
      new.search_scope WHERE new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER leads_recounted AFTER UPDATE OF owner_id, status, deleted_at ON leads
WHEN (old.owner_id, old.status, old.deleted_at IS NULL) IS NOT (new.owner_id, new.status, new.deleted_at IS NULL)
BEGIN
  INSERT INTO lead_tally SELECT new.workspace_id, '*',
    iif(old.deleted_at IS NULL, old.status, NULL), iif(new.deleted_at IS NULL, new.status, NULL);
  INSERT INTO lead_tally SELECT new.workspace_id, old.owner_id,
    iif(old.deleted_at IS NULL, old.status, NULL),
    iif(new.deleted_at IS NULL AND old.owner_id IS new.owner_id, new.status, NULL);
  INSERT INTO lead_tally SELECT new.workspace_id, new.owner_id, NULL, iif(new.deleted_at IS NULL, new.status, NULL)
    WHERE old.owner_id IS NOT new.owner_id;
END;
--> statement-breakpoint
CREATE TRIGGER leads_purged AFTER DELETE ON leads WHEN old.deleted_at IS NULL
BEGIN
  DELETE FROM leads_fts WHERE rowid = old.seq;
  INSERT INTO lead_tally VALUES (old.workspace_id, '*', old.status, NULL), (old.workspace_id, old.owner_id, old.status, NULL);
END;
--> statement-breakpoint
CREATE VIEW leads_searchable AS
SELECT l.seq, l.id, l.search_text AS words, l.search_phone AS phone, l.search_source AS origin, l.deleted_at,
  (SELECT group_concat(tag, '') FROM lead_tags CROSS JOIN indexed_tags ON id = tag_id WHERE lead_id = l.id) AS tags,
  CASE WHEN l.custom_fields IS NOT NULL
    THEN (SELECT group_concat(field, '') FROM lead_field_pairs AS f WHERE f.id = l.id AND is_indexed) END AS fields,
  l.search_scope AS scope
FROM leads l;
