-- Triggers keep the search index and the counters of customers, and the owners of their records. Tags: 08-tags.sql.
-- The index has no content of its own; its rowid is customers.seq. Its texts are folded. Tags and custom fields are in
-- brackets, so that a phrase matches a whole one. Brackets in their text are replaced. Of a phone number it has the digits,
-- and each four of them as one character (`gramsOf` in src/text/phone-grams.ts). `scope` has one token for the workspace
-- and one for the owner.
CREATE VIRTUAL TABLE customers_fts USING fts5(
  name, email, phone, company, job_title, tags, fields, scope,
  content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);
--> statement-breakpoint
-- Counters have a row for each owner and one, '*', for everybody. Those of nobody are the difference.
CREATE TABLE customer_counts (
  workspace_id text NOT NULL, owner text NOT NULL, count integer NOT NULL,
  PRIMARY KEY (workspace_id, owner)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE customer_addresses (
  workspace_id text NOT NULL, email text NOT NULL, customer_id text NOT NULL,
  PRIMARY KEY (workspace_id, email)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TRIGGER customer_addresses_made AFTER INSERT ON customers
WHEN new.other_emails IS NOT NULL AND new.deleted_at IS NULL
BEGIN
  INSERT INTO customer_addresses (workspace_id, email, customer_id)
    SELECT new.workspace_id, value ->> 'email', new.id FROM json_each(new.other_emails);
END;
--> statement-breakpoint
CREATE TRIGGER customer_addresses_changed AFTER UPDATE OF other_emails, deleted_at ON customers
WHEN (old.other_emails IS NOT NULL OR new.other_emails IS NOT NULL)
  AND (old.other_emails IS NOT new.other_emails OR old.deleted_at IS NOT new.deleted_at)
BEGIN
  DELETE FROM customer_addresses WHERE workspace_id = old.workspace_id AND customer_id = old.id
    AND email IN (SELECT value ->> 'email' FROM json_each(old.other_emails));
  INSERT INTO customer_addresses (workspace_id, email, customer_id)
    SELECT new.workspace_id, value ->> 'email', new.id FROM json_each(new.other_emails) WHERE new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_addresses_purged AFTER DELETE ON customers WHEN old.other_emails IS NOT NULL
BEGIN
  DELETE FROM customer_addresses WHERE workspace_id = old.workspace_id AND customer_id = old.id
    AND email IN (SELECT value ->> 'email' FROM json_each(old.other_emails));
END;
--> statement-breakpoint
-- The keys that two or more living customers share, and no others: most names and numbers are one customer's alone.
CREATE TABLE duplicate_keys (
  workspace_id text NOT NULL, key text NOT NULL,
  PRIMARY KEY (workspace_id, key)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TRIGGER customers_inserted AFTER INSERT ON customers WHEN new.deleted_at IS NULL
BEGIN
  INSERT INTO customers_fts (rowid, name, email, phone, company, job_title, tags, fields, scope)
    SELECT seq, name, email, phone, company, job_title, tags, fields, scope FROM customers_searchable WHERE seq = new.seq;
  INSERT INTO customer_counts (workspace_id, owner, count)
    SELECT new.workspace_id, owner, 1 FROM (SELECT '*' AS owner UNION ALL SELECT new.owner_id) WHERE owner IS NOT NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
  INSERT INTO keys_to_share VALUES (new.workspace_id, new.name_key, new.phone_e164);
END;
--> statement-breakpoint
CREATE TRIGGER customers_reindexed
AFTER UPDATE OF sort_name, email, folded_email, other_emails_text, phone_text, other_phones_text, company, folded_company,
  job_title, folded_job_title, custom_fields, folded_fields, owner_id, deleted_at ON customers
WHEN old.sort_name IS NOT new.sort_name OR old.email_text IS NOT new.email_text OR old.search_phone IS NOT new.search_phone
  OR old.company_text IS NOT new.company_text OR old.job_title_text IS NOT new.job_title_text
  OR old.custom_fields IS NOT new.custom_fields OR old.folded_fields IS NOT new.folded_fields OR old.owner_id IS NOT new.owner_id
  OR old.deleted_at IS NOT new.deleted_at
BEGIN
  DELETE FROM customers_fts WHERE rowid = old.seq AND old.deleted_at IS NULL;
  INSERT INTO customers_fts (rowid, name, email, phone, company, job_title, tags, fields, scope)
    SELECT seq, name, email, phone, company, job_title, tags, fields, scope FROM customers_searchable
    WHERE seq = new.seq AND deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customers_rekeyed AFTER UPDATE OF sort_name, bare_name, company, folded_company, bare_company, phone_e164, deleted_at ON customers
WHEN old.name_key IS NOT new.name_key OR old.phone_e164 IS NOT new.phone_e164 OR old.deleted_at IS NOT new.deleted_at
BEGIN
  INSERT INTO keys_to_share SELECT old.workspace_id, old.name_key, old.phone_e164 WHERE old.deleted_at IS NULL;
  INSERT INTO keys_to_share SELECT new.workspace_id, new.name_key, new.phone_e164 WHERE new.deleted_at IS NULL;
END;
--> statement-breakpoint
-- The one way into duplicate_keys: a living customer with this name and number came or went.
CREATE VIEW keys_to_share AS SELECT workspace_id, key AS name_key, key AS phone_e164 FROM duplicate_keys;
--> statement-breakpoint
CREATE TRIGGER keys_shared INSTEAD OF INSERT ON keys_to_share
BEGIN
  INSERT INTO duplicate_keys (workspace_id, key) SELECT new.workspace_id, 'name ' || new.name_key
    WHERE EXISTS (SELECT 1 FROM customers INDEXED BY customers_name_key
      WHERE workspace_id = new.workspace_id AND name_key = new.name_key AND deleted_at IS NULL LIMIT 1 OFFSET 1)
    ON CONFLICT DO NOTHING;
  DELETE FROM duplicate_keys WHERE workspace_id = new.workspace_id AND key = 'name ' || new.name_key
    AND NOT EXISTS (SELECT 1 FROM customers INDEXED BY customers_name_key
      WHERE workspace_id = new.workspace_id AND name_key = new.name_key AND deleted_at IS NULL LIMIT 1 OFFSET 1);
  INSERT INTO duplicate_keys (workspace_id, key) SELECT new.workspace_id, 'phone ' || new.phone_e164
    WHERE EXISTS (SELECT 1 FROM customers INDEXED BY customers_phone
      WHERE workspace_id = new.workspace_id AND phone_e164 = new.phone_e164 AND phone_e164 IS NOT NULL AND deleted_at IS NULL
      LIMIT 1 OFFSET 1)
    ON CONFLICT DO NOTHING;
  DELETE FROM duplicate_keys WHERE workspace_id = new.workspace_id AND key = 'phone ' || new.phone_e164
    AND NOT EXISTS (SELECT 1 FROM customers INDEXED BY customers_phone
      WHERE workspace_id = new.workspace_id AND phone_e164 = new.phone_e164 AND phone_e164 IS NOT NULL AND deleted_at IS NULL
      LIMIT 1 OFFSET 1);
END;
--> statement-breakpoint
CREATE TRIGGER customers_recounted AFTER UPDATE OF owner_id, deleted_at ON customers
WHEN old.owner_id IS NOT new.owner_id OR old.deleted_at IS NOT new.deleted_at
BEGIN
  INSERT INTO customer_counts (workspace_id, owner, count)
    SELECT old.workspace_id, value, -1
    FROM json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), old.owner_id))
    WHERE value IS NOT NULL AND old.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count - 1;
  INSERT INTO customer_counts (workspace_id, owner, count)
    SELECT new.workspace_id, value, 1
    FROM json_each(json_array(iif(old.deleted_at IS new.deleted_at, NULL, '*'), new.owner_id))
    WHERE value IS NOT NULL AND new.deleted_at IS NULL
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
--> statement-breakpoint
-- What hangs on a record repeats its owner. Up to 100 rows follow in the same transaction, and more by a job.
CREATE TRIGGER customers_owner_followed AFTER UPDATE OF owner_id ON customers WHEN old.owner_id IS NOT new.owner_id
BEGIN
  UPDATE interactions SET owner_id = new.owner_id
  WHERE seq IN (SELECT seq FROM interactions WHERE customer_id = new.id LIMIT 100);
  UPDATE tickets SET owner_id = new.owner_id WHERE seq IN (SELECT seq FROM tickets WHERE customer_id = new.id LIMIT 100);
END;
--> statement-breakpoint
CREATE TRIGGER customers_owner_followed_by_job AFTER UPDATE OF owner_id ON customers
WHEN old.owner_id IS NOT new.owner_id AND (
  EXISTS (SELECT 1 FROM interactions WHERE customer_id = new.id LIMIT 1 OFFSET 100)
  OR EXISTS (SELECT 1 FROM tickets WHERE customer_id = new.id LIMIT 1 OFFSET 100))
BEGIN
  INSERT INTO owners_to_follow VALUES (new.workspace_id, new.id, 'customer');
END;
--> statement-breakpoint
CREATE TRIGGER leads_owner_followed AFTER UPDATE OF owner_id ON leads
WHEN old.owner_id IS NOT new.owner_id
  AND NOT EXISTS (SELECT 1 FROM interactions WHERE lead_id = new.id LIMIT 1 OFFSET 100)
BEGIN
  UPDATE interactions SET owner_id = new.owner_id WHERE lead_id = new.id AND customer_id IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER leads_owner_followed_by_job AFTER UPDATE OF owner_id ON leads
WHEN old.owner_id IS NOT new.owner_id AND EXISTS (SELECT 1 FROM interactions WHERE lead_id = new.id LIMIT 1 OFFSET 100)
BEGIN
  INSERT INTO owners_to_follow VALUES (new.workspace_id, new.id, 'lead');
END;
--> statement-breakpoint
-- The one way for a trigger to begin a job: a record inserted here has rows that are to follow its owner.
CREATE VIEW owners_to_follow AS SELECT workspace_id, subject_id AS id, kind AS subject FROM jobs;
--> statement-breakpoint
CREATE TRIGGER owner_to_follow INSTEAD OF INSERT ON owners_to_follow
BEGIN
  INSERT INTO jobs (id, workspace_id, kind, input, subject_id, due_at, actor_type, created_at, updated_at)
  SELECT lower(format('%08x-%04x-7%s-8%s-%s', ms >> 16, ms & 65535, substr(hex(randomblob(2)), 2),
      substr(hex(randomblob(2)), 2), hex(randomblob(6)))),
    new.workspace_id, 'owner', json_object('subject', new.subject, 'id', new.id), new.id, at, 'system', at, at
  FROM (SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS ms, strftime('%Y-%m-%dT%H:%M:%fZ') AS at);
END;
--> statement-breakpoint
-- While such a job walks along a column, what changes its place there follows at once, or the walk could miss it.
CREATE TRIGGER interaction_moved_in_time AFTER UPDATE OF occurred_at ON interactions
WHEN old.occurred_at <> new.occurred_at
BEGIN
  UPDATE interactions SET owner_id = (SELECT owner_id FROM parents WHERE id = coalesce(new.customer_id, new.lead_id))
  WHERE seq = new.seq AND owner_id IS NOT (SELECT owner_id FROM parents WHERE id = coalesce(new.customer_id, new.lead_id));
END;
--> statement-breakpoint
CREATE TRIGGER ticket_trashed_or_restored AFTER UPDATE OF deleted_at ON tickets WHEN old.deleted_at IS NOT new.deleted_at
BEGIN
  UPDATE tickets SET owner_id = (SELECT owner_id FROM customers WHERE id = new.customer_id)
  WHERE seq = new.seq AND owner_id IS NOT (SELECT owner_id FROM customers WHERE id = new.customer_id);
END;
--> statement-breakpoint
-- A customer has 50 tags at most, and is indexed anew when a tag comes or goes. While a statement changes many, the customer
-- stands in tagged_customers: then that is done once, when the row goes.
CREATE TRIGGER customer_tagged_alone AFTER INSERT ON customer_tags
WHEN NOT EXISTS (SELECT 1 FROM tagged_customers WHERE customer_id = new.customer_id)
BEGIN
  SELECT RAISE(ABORT, 'breach: too_many_tags')
    WHERE EXISTS (SELECT 1 FROM customer_tags WHERE customer_id = new.customer_id LIMIT 1 OFFSET 50);
  DELETE FROM customers_fts WHERE rowid = (SELECT seq FROM customers WHERE id = new.customer_id AND deleted_at IS NULL);
  INSERT INTO customers_fts (rowid, name, email, phone, company, job_title, tags, fields, scope)
    SELECT seq, name, email, phone, company, job_title, tags, fields, scope FROM customers_searchable
    WHERE seq = (SELECT seq FROM customers WHERE id = new.customer_id) AND deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_untagged_alone AFTER DELETE ON customer_tags
WHEN NOT EXISTS (SELECT 1 FROM tagged_customers WHERE customer_id = old.customer_id)
BEGIN
  DELETE FROM customers_fts WHERE rowid = (SELECT seq FROM customers WHERE id = old.customer_id AND deleted_at IS NULL);
  INSERT INTO customers_fts (rowid, name, email, phone, company, job_title, tags, fields, scope)
    SELECT seq, name, email, phone, company, job_title, tags, fields, scope FROM customers_searchable
    WHERE seq = (SELECT seq FROM customers WHERE id = old.customer_id) AND deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_tagged_in_all AFTER DELETE ON tagged_customers
BEGIN
  SELECT RAISE(ABORT, 'breach: too_many_tags')
    WHERE EXISTS (SELECT 1 FROM customer_tags WHERE customer_id = old.customer_id LIMIT 1 OFFSET 50);
  DELETE FROM customers_fts WHERE rowid = (SELECT seq FROM customers WHERE id = old.customer_id AND deleted_at IS NULL);
  INSERT INTO customers_fts (rowid, name, email, phone, company, job_title, tags, fields, scope)
    SELECT seq, name, email, phone, company, job_title, tags, fields, scope FROM customers_searchable
    WHERE seq = (SELECT seq FROM customers WHERE id = old.customer_id) AND deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_tagged AFTER INSERT ON customer_tags
BEGIN
  INSERT INTO tag_tally SELECT new.tag_id, value, 1, 0, 0 FROM customers AS c, json_each(json_array('*', c.owner_id))
    WHERE c.id = new.customer_id AND c.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER customer_untagged AFTER DELETE ON customer_tags
BEGIN
  INSERT INTO tag_tally SELECT old.tag_id, value, -1, 0, 0 FROM customers AS c, json_each(json_array('*', c.owner_id))
    WHERE c.id = old.customer_id AND c.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE VIEW customers_searchable AS
SELECT
  c.seq, c.id, c.sort_name AS name, c.email_text AS email, c.company_text AS company, c.job_title_text AS job_title, c.deleted_at,
  c.search_phone AS phone,
  (SELECT group_concat(tag, '') FROM customer_tags CROSS JOIN indexed_tags ON id = tag_id WHERE customer_id = c.id) AS tags,
  CASE WHEN c.custom_fields IS NOT NULL
    THEN (SELECT group_concat(field, '') FROM customer_field_pairs AS f WHERE f.id = c.id AND is_indexed) END AS fields,
  c.search_scope AS scope
FROM customers c;
