// The part of an import that reads files and writes their rows, fetched when the first file comes; it gets the modules that it
// shares with others.
import * as buffer from 'node:buffer'
import * as crypto from 'node:crypto'
import * as zod from '@hono/zod-openapi'
import { and, eq, getTableName, gt, inArray, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import * as person from '../access/person'
import * as visible from '../access/visible'
import * as limits from '../billing/limits'
import * as clock from '../clock'
import * as customerFields from '../customers/customers.fields'
import * as relationships from '../customers/relationships.service'
import * as batch from '../db/batch'
import * as relations from '../db/relations'
import * as schema from '../db/schema'
import * as tagSchema from '../db/schema/tags'
import * as dbSql from '../db/sql'
import * as marks from '../db/tagging-marks'
import * as errors from '../errors'
import * as events from '../events/event-insert'
import * as cells from '../files/csv-cells'
import * as unreadable from '../files/unreadable'
import * as late from '../late'
import * as leadFields from '../leads/leads.fields'
import * as progress from '../leads/leads.progress'
import * as fields from '../records/fields'
import * as version from '../records/version'
import * as tagged from '../tags/tagged'
import * as tags from '../tags/tags.schemas'
import * as address from '../text/address'
import * as fold from '../text/fold'
import * as phone from '../text/phone'
import * as searched from '../text/searched'
import * as job from './imports.job'
import * as kinds from './imports.kinds'
import * as templates from './imports.templates'

/** By the names that scripts/late.ts gives them. */
const SHARED: Record<string, unknown> = {
  'node:buffer': buffer,
  'node:crypto': crypto,
  '@hono/zod-openapi': zod,
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
  'src/clock': clock,
  'src/customers/customers.fields': customerFields,
  'src/errors': errors,
  'src/files/csv-cells': cells,
  'src/files/unreadable': unreadable,
  'src/late': late,
  'src/leads/leads.fields': leadFields,
  'src/records/fields': fields,
  'src/tags/tags.schemas': tags,
  'src/text/address': address,
  'src/text/fold': fold,
  'src/text/phone': phone,
  'src/text/searched': searched,
  'src/imports/imports.job': job,
  'src/imports/imports.kinds': kinds,
  'src/imports/imports.templates': templates,
}

/** What reads the files of imports and writes their rows. */
export async function loadReading() {
  const { make } = await late.loadReading()
  return make((name) => SHARED[name])
}
