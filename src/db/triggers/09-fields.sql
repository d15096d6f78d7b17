-- What definitions of custom fields demand of every write, by whatever way it comes. Only what a write changes is checked: a
-- value that was there before its definition, or before its member left, stands in nobody's way.
CREATE VIEW field_checks AS SELECT workspace_id, entity, '' AS was, '' AS becomes FROM fields;
--> statement-breakpoint
-- The one way to check: the custom fields of a record before and after a write. The error has the path of each wrong value.
CREATE TRIGGER field_checked INSTEAD OF INSERT ON field_checks
BEGIN
  SELECT RAISE(ABORT, 'breach: invalid ' || json_object('errors', json(problems))) FROM (
    SELECT json_group_array(json_object('path', 'body.customFields.' || key, 'message', message, 'code', code)) AS problems FROM (
      SELECT g.key, 'wrong_type' AS code, CASE f.type
          WHEN 'text' THEN 'must be a text' WHEN 'number' THEN 'must be a number' WHEN 'boolean' THEN 'must be true or false'
          WHEN 'date' THEN 'must be a day such as 2026-11-21' WHEN 'instant' THEN 'must be an instant such as 2026-11-21T15:00:00.000Z'
          WHEN 'select' THEN 'must be one of ' || (SELECT group_concat(value, ', ') FROM json_each(f.options))
          WHEN 'multiselect' THEN 'must be a list of ' || (SELECT group_concat(value, ', ') FROM json_each(f.options))
          WHEN 'url' THEN 'must be an address that begins with https:// or http://'
          ELSE 'must be the id of an active member of the team' END AS message
        FROM json_each(new.becomes) AS g CROSS JOIN fields AS f ON f.workspace_id = new.workspace_id AND f.entity = new.entity
          AND f.key = g.key AND f.archived_at IS NULL
        WHERE g.type <> 'null'
          AND NOT EXISTS (SELECT 1 FROM json_each(new.was) AS w WHERE w.key = g.key AND w.type = g.type AND w.value IS g.value)
          AND NOT CASE f.type
            WHEN 'number' THEN g.type IN ('integer', 'real')
            WHEN 'boolean' THEN g.type IN ('true', 'false')
            WHEN 'multiselect' THEN g.type = 'array' AND NOT EXISTS (SELECT 1 FROM json_each(iif(g.type = 'array', g.value, '[]')) AS e
              WHERE e.type <> 'text' OR e.value NOT IN (SELECT value FROM json_each(f.options)))
            ELSE g.type = 'text' AND (g.value = '' OR CASE f.type
              WHEN 'text' THEN true
              WHEN 'date' THEN coalesce(date(g.value) = g.value, false)
              WHEN 'instant' THEN coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', g.value) = g.value, false)
              WHEN 'select' THEN g.value IN (SELECT value FROM json_each(f.options))
              WHEN 'url' THEN length(g.value) <= 2000 AND instr(g.value, ' ') = 0
                AND (substr(lower(g.value), 1, 8) = 'https://' OR substr(lower(g.value), 1, 7) = 'http://')
              ELSE EXISTS (SELECT 1 FROM users AS u WHERE u.id = g.value AND u.workspace_id = new.workspace_id
                AND u.status = 'ACTIVE' AND u.deleted_at IS NULL AND u.role <> 'CUSTOMER') END) END
      UNION ALL
      SELECT g.key, 'unknown', 'is no field: this entity takes defined fields alone' FROM json_each(new.becomes) AS g
        WHERE EXISTS (SELECT 1 FROM strict_entities AS s WHERE s.workspace_id = new.workspace_id AND s.entity = new.entity)
          AND NOT EXISTS (SELECT 1 FROM json_each(new.was) AS w WHERE w.key = g.key AND w.type = g.type AND w.value IS g.value)
          AND NOT EXISTS (SELECT 1 FROM fields AS f WHERE f.workspace_id = new.workspace_id AND f.entity = new.entity
            AND f.key = g.key AND f.archived_at IS NULL)
      UNION ALL
      SELECT f.key, 'missing', 'is required' FROM json_each(new.was) AS w CROSS JOIN fields AS f
          ON f.workspace_id = new.workspace_id AND f.entity = new.entity AND f.key = w.key
        WHERE f.is_required AND f.archived_at IS NULL AND w.value <> ''
          AND NOT EXISTS (SELECT 1 FROM json_each(new.becomes) AS g WHERE g.key = f.key AND g.value <> '')))
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
