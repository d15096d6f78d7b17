-- What definitions of custom fields demand of every write, by whatever way it comes: src/access/field-problems.ts says what.
CREATE VIEW field_checks AS SELECT workspace_id, entity, '' AS was, '' AS becomes FROM fields;
--> statement-breakpoint
-- The one way to check: the custom fields of a record before and after a write. The error has the path of each wrong value.
CREATE TRIGGER field_checked INSTEAD OF INSERT ON field_checks
BEGIN
  SELECT RAISE(ABORT, 'breach: invalid ' || json_object('errors', json(problems))) FROM (
    SELECT json_group_array(json_object('path', 'body.customFields.' || key, 'message', message, 'code', code)) AS problems FROM (
      {{field_problems}}))
  WHERE problems <> '[]';
END;
--> statement-breakpoint
-- The one way into field_keys: the record has these custom fields now. A value that another living record has is refused.
CREATE VIEW field_keyings AS SELECT workspace_id, entity, '' AS record_id, '' AS fields FROM fields;
--> statement-breakpoint
CREATE TRIGGER field_keyed INSTEAD OF INSERT ON field_keyings
BEGIN
  DELETE FROM field_keys WHERE record_id = new.record_id;
  SELECT RAISE(ABORT, 'breach: field_taken ' || json_object('existingId', k.record_id, 'errors',
      json_array(json_object('path', 'body.customFields.' || f.key, 'message', 'Another record has this value', 'code', 'taken'))))
    FROM json_each(new.fields) AS g CROSS JOIN fields AS f ON f.workspace_id = new.workspace_id AND f.entity = new.entity
      AND f.key = g.key AND f.is_unique
    CROSS JOIN field_keys AS k ON k.field_id = f.id AND k.value = lower(trim(g.value))
    WHERE k.record_id <> new.record_id;
  INSERT INTO field_keys (field_id, value, record_id)
    SELECT f.id, lower(trim(g.value)), new.record_id FROM json_each(new.fields) AS g CROSS JOIN fields AS f
      ON f.workspace_id = new.workspace_id AND f.entity = new.entity AND f.key = g.key AND f.is_unique
    WHERE g.type IN ('text', 'integer', 'real') AND trim(g.value) <> '';
END;
--> statement-breakpoint
CREATE TRIGGER {{record}}_fields_checked BEFORE INSERT ON {{record}}s
WHEN new.custom_fields IS NOT NULL AND (EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = '{{record}}')
  OR EXISTS (SELECT 1 FROM strict_entities WHERE workspace_id = new.workspace_id AND entity = '{{record}}'))
BEGIN
  INSERT INTO field_checks VALUES (new.workspace_id, '{{record}}', NULL, new.custom_fields);
END;
--> statement-breakpoint
CREATE TRIGGER {{record}}_fields_rechecked BEFORE UPDATE OF custom_fields ON {{record}}s
WHEN new.custom_fields IS NOT old.custom_fields AND (
  EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = '{{record}}')
  OR EXISTS (SELECT 1 FROM strict_entities WHERE workspace_id = new.workspace_id AND entity = '{{record}}'))
BEGIN
  INSERT INTO field_checks VALUES (new.workspace_id, '{{record}}', old.custom_fields, new.custom_fields);
END;
--> statement-breakpoint
CREATE TRIGGER {{record}}_fields_keyed AFTER INSERT ON {{record}}s
WHEN new.custom_fields IS NOT NULL AND new.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = '{{record}}' AND is_unique)
BEGIN
  INSERT INTO field_keyings VALUES (new.workspace_id, '{{record}}', new.id, new.custom_fields);
END;
--> statement-breakpoint
CREATE TRIGGER {{record}}_fields_rekeyed AFTER UPDATE OF custom_fields, deleted_at ON {{record}}s
WHEN (old.custom_fields IS NOT new.custom_fields OR old.deleted_at IS NOT new.deleted_at)
  AND (old.custom_fields IS NOT NULL OR new.custom_fields IS NOT NULL)
  AND EXISTS (SELECT 1 FROM fields WHERE workspace_id = new.workspace_id AND entity = '{{record}}' AND is_unique)
BEGIN
  INSERT INTO field_keyings VALUES (new.workspace_id, '{{record}}', new.id, iif(new.deleted_at IS NULL, new.custom_fields, NULL));
END;
--> statement-breakpoint
CREATE TRIGGER {{record}}_fields_unkeyed AFTER DELETE ON {{record}}s WHEN old.custom_fields IS NOT NULL AND old.deleted_at IS NULL
BEGIN
  DELETE FROM field_keys WHERE record_id = old.id;
END;
--> statement-breakpoint
CREATE TRIGGER field_unkeyed AFTER UPDATE OF is_unique ON fields WHEN old.is_unique AND NOT new.is_unique
BEGIN
  DELETE FROM field_keys WHERE field_id = old.id;
END;
--> statement-breakpoint
-- The one way into field_values: the record has these custom fields, or has them no more. What stands `besides` is left alone.
CREATE VIEW field_valuings AS SELECT workspace_id, entity, '' AS owner, 0 AS seq, '' AS fields, '' AS besides, 0 AS is_gone FROM fields;
--> statement-breakpoint
CREATE TRIGGER field_valued INSTEAD OF INSERT ON field_valuings
BEGIN
  DELETE FROM field_values WHERE (field_id, owner, value, seq) IN (SELECT f.id, new.owner, g.value, new.seq
    FROM json_each(new.fields) AS g CROSS JOIN fields AS f INDEXED BY fields_indexed ON f.workspace_id = new.workspace_id AND f.entity = new.entity
      AND f.is_indexed AND f.key = g.key
    WHERE new.is_gone AND NOT EXISTS (SELECT 1 FROM json_each(new.besides) AS b WHERE b.key = g.key AND b.type = g.type AND b.value IS g.value));
  INSERT OR IGNORE INTO field_values (field_id, owner, value, seq) SELECT f.id, new.owner, g.value, new.seq
    FROM json_each(new.fields) AS g CROSS JOIN fields AS f INDEXED BY fields_indexed ON f.workspace_id = new.workspace_id AND f.entity = new.entity
      AND f.is_indexed AND f.key = g.key
    WHERE NOT new.is_gone AND NOT EXISTS (SELECT 1 FROM json_each(new.besides) AS b WHERE b.key = g.key AND b.type = g.type AND b.value IS g.value)
      AND CASE f.type WHEN 'number' THEN g.type IN ('integer', 'real') ELSE g.type = 'text' AND g.value <> '' AND length(g.value) <= 100 END;
END;
--> statement-breakpoint
CREATE TRIGGER {{record}}_fields_valued AFTER INSERT ON {{record}}s
WHEN new.custom_fields IS NOT NULL AND new.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM fields INDEXED BY fields_indexed WHERE workspace_id = new.workspace_id AND entity = '{{record}}' AND is_indexed)
BEGIN
  INSERT INTO field_valuings VALUES (new.workspace_id, '{{record}}', coalesce(new.owner_id, ''), new.seq, new.custom_fields, NULL, 0);
END;
--> statement-breakpoint
CREATE TRIGGER {{record}}_fields_revalued AFTER UPDATE OF custom_fields, owner_id, deleted_at ON {{record}}s
WHEN (old.custom_fields IS NOT new.custom_fields OR old.owner_id IS NOT new.owner_id OR old.deleted_at IS NOT new.deleted_at)
  AND (old.custom_fields IS NOT NULL OR new.custom_fields IS NOT NULL)
  AND EXISTS (SELECT 1 FROM fields INDEXED BY fields_indexed WHERE workspace_id = new.workspace_id AND entity = '{{record}}' AND is_indexed)
BEGIN
  INSERT INTO field_valuings SELECT old.workspace_id, '{{record}}', coalesce(old.owner_id, ''), old.seq, old.custom_fields,
    iif(old.owner_id IS new.owner_id AND new.deleted_at IS NULL, new.custom_fields, NULL), 1 WHERE old.deleted_at IS NULL;
  INSERT INTO field_valuings SELECT new.workspace_id, '{{record}}', coalesce(new.owner_id, ''), new.seq, new.custom_fields,
    iif(old.owner_id IS new.owner_id AND old.deleted_at IS NULL, old.custom_fields, NULL), 0 WHERE new.deleted_at IS NULL;
END;
--> statement-breakpoint
CREATE TRIGGER {{record}}_fields_unvalued AFTER DELETE ON {{record}}s WHEN old.custom_fields IS NOT NULL AND old.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM fields INDEXED BY fields_indexed WHERE workspace_id = old.workspace_id AND entity = '{{record}}' AND is_indexed)
BEGIN
  INSERT INTO field_valuings VALUES (old.workspace_id, '{{record}}', coalesce(old.owner_id, ''), old.seq, old.custom_fields, NULL, 1);
END;
