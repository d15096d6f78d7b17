// What definitions of custom fields refuse, as SQL that triggers and imports share: baseline.ts puts it into 09-fields.sql.
import { type SQL, sql } from 'drizzle-orm'

/** SQL for the workspace and entity of a record, and for its custom fields before and after a write, as JSON. */
export type FieldWrite = { workspaceId: SQL; entity: SQL; was: SQL; becomes: SQL }

/**
 * SELECT of `key`, `code` and `message`, a row for each value that a definition refuses. Only what the write changes is
 * checked: a value that was there before its definition, or before its member left, stands in nobody's way.
 */
export function fieldProblems({ workspaceId, entity, was, becomes }: FieldWrite): SQL {
  const isAsBefore = sql`EXISTS (SELECT 1 FROM json_each(${was}) AS w WHERE w.key = g.key AND w.type = g.type AND w.value IS g.value)`
  return sql`SELECT g.key, 'wrong_type' AS code, CASE f.type
          WHEN 'text' THEN 'must be a text' WHEN 'number' THEN 'must be a number' WHEN 'boolean' THEN 'must be true or false'
          WHEN 'date' THEN 'must be a day such as 2026-11-21' WHEN 'instant' THEN 'must be an instant such as 2026-11-21T15:00:00.000Z'
          WHEN 'select' THEN 'must be one of ' || (SELECT group_concat(value, ', ') FROM json_each(f.options))
          WHEN 'multiselect' THEN 'must be a list of ' || (SELECT group_concat(value, ', ') FROM json_each(f.options))
          WHEN 'url' THEN 'must be an address that begins with https:// or http://'
          ELSE 'must be the id of an active member of the team' END AS message
        FROM json_each(${becomes}) AS g CROSS JOIN fields AS f ON f.workspace_id = ${workspaceId} AND f.entity = ${entity}
          AND f.key = g.key AND f.archived_at IS NULL
        WHERE g.type <> 'null'
          AND NOT ${isAsBefore}
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
              ELSE EXISTS (SELECT 1 FROM users AS u WHERE u.id = g.value AND u.workspace_id = ${workspaceId}
                AND u.status = 'ACTIVE' AND u.deleted_at IS NULL AND u.role <> 'CUSTOMER') END) END
      UNION ALL
      SELECT g.key, 'unknown', 'is no field: this entity takes defined fields alone' FROM json_each(${becomes}) AS g
        WHERE EXISTS (SELECT 1 FROM strict_entities AS s WHERE s.workspace_id = ${workspaceId} AND s.entity = ${entity})
          AND NOT ${isAsBefore}
          AND NOT EXISTS (SELECT 1 FROM fields AS f WHERE f.workspace_id = ${workspaceId} AND f.entity = ${entity}
            AND f.key = g.key AND f.archived_at IS NULL)
      UNION ALL
      SELECT f.key, 'missing', 'is required' FROM json_each(${was}) AS w CROSS JOIN fields AS f
          ON f.workspace_id = ${workspaceId} AND f.entity = ${entity} AND f.key = w.key
        WHERE f.is_required AND f.archived_at IS NULL AND w.value <> ''
          AND NOT EXISTS (SELECT 1 FROM json_each(${becomes}) AS g WHERE g.key = f.key AND g.value <> '')`
}
