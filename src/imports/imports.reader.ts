// The part of an import that reads files and writes their rows, fetched when the first file comes; it gets the modules that it
// shares with others.
import * as buffer from 'node:buffer'
import * as crypto from 'node:crypto'
import * as zod from '@hono/zod-openapi'
import * as clock from '../clock'
import * as customerFields from '../customers/customers.fields'
import * as errors from '../errors'
import * as cells from '../files/csv-cells'
import * as unreadable from '../files/unreadable'
import * as late from '../late'
import * as leadFields from '../leads/leads.fields'
import * as fields from '../records/fields'
import * as tags from '../tags/tags.schemas'
import * as address from '../text/address'
import * as fold from '../text/fold'
import * as phone from '../text/phone'
import * as searched from '../text/searched'
import { DATABASE } from './imports.database'
import * as job from './imports.job'
import * as kinds from './imports.kinds'
import * as templates from './imports.templates'

/** By the names that scripts/late.ts gives them. */
const SHARED: Record<string, unknown> = {
  ...DATABASE,
  'node:buffer': buffer,
  'node:crypto': crypto,
  '@hono/zod-openapi': zod,
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
