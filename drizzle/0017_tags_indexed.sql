ALTER TABLE `tags` ADD `indexed_as` text;--> statement-breakpoint
ALTER TABLE `tags` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `tags` ADD `deleted_at` text;--> statement-breakpoint
CREATE UNIQUE INDEX `tags_indexed` ON `tags` (`workspace_id`,`indexed_as`) WHERE indexed_as IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tags_deleted` ON `tags` (`workspace_id`) WHERE deleted_at IS NOT NULL;--> statement-breakpoint
-- A tag that is renamed stays in the search index as what it was, so that no customer is written: searching asks the tag
-- what stands for it. Another tag that gets such a name later is indexed by its id.
DROP TRIGGER tag_renamed;
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
DROP VIEW customers_searchable;
--> statement-breakpoint
CREATE VIEW customers_searchable AS
SELECT
  c.seq, c.id, c.name, c.email, c.company, c.deleted_at,
  c.phone || char(10) || c.phone_digits || char(10) || coalesce(c.phone_e164, '') AS phone,
  (SELECT group_concat('⟦' || replace(replace(coalesce(t.indexed_as, t.key), '⟦', '⟪'), '⟧', '⟫') || '⟧', '')
    FROM customer_tags ct JOIN tags t ON t.id = ct.tag_id WHERE ct.customer_id = c.id) AS tags,
  (SELECT group_concat('⟦' || replace(replace(
      key || '=' || CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE value END,
      '⟦', '⟪'), '⟧', '⟫') || '⟧', '')
    FROM json_each(c.custom_fields)
    WHERE type IN ('text', 'integer', 'real', 'true', 'false') AND length(value) <= 100 AND instr(key, '=') = 0) AS fields,
  c.search_scope AS scope
FROM customers c;
