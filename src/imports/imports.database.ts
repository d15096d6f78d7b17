// What the part of an import beside the main module needs to write: the database, and the rooms that have SQL of their own.
import { and, eq, getTableName, gt, inArray, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import * as person from '../access/person'
import * as visible from '../access/visible'
import * as limits from '../billing/limits'
import * as relationships from '../customers/relationships.service'
import * as batch from '../db/batch'
import * as relations from '../db/relations'
import * as schema from '../db/schema'
import * as tagSchema from '../db/schema/tags'
import * as dbSql from '../db/sql'
import * as marks from '../db/tagging-marks'
import * as events from '../events/event-insert'
import * as progress from '../leads/leads.progress'
import * as version from '../records/version'
import * as tagged from '../tags/tagged'

/** By the names that scripts/late.ts gives them. */
export const DATABASE: Record<string, unknown> = {
  // Of libraries what is used: a whole one would stand in the main module.
  'drizzle-orm': { and, eq, getTableName, gt, inArray, sql },
  'drizzle-orm/sqlite-core': { alias },
  'src/access/person': person,
  'src/access/visible': visible,
  'src/billing/limits': limits,
  'src/customers/relationships.service': relationships,
  'src/db/batch': batch,
  'src/db/relations': relations,
  'src/db/schema': schema,
  'src/db/schema/tags': tagSchema,
  'src/db/sql': dbSql,
  'src/db/tagging-marks': marks,
  'src/events/event-insert': events,
  'src/leads/leads.progress': progress,
  'src/records/version': version,
  'src/tags/tagged': tagged,
}
