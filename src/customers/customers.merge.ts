// Merging: one customer takes over what another is and has; the other goes to the trash, from where it can come back.
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { visible } from '../access/visible'
import { customers, customerTags, interactions, leads, mergedRows, merges, relationships, tickets } from '../db/schema'
import { ifChanged, insertFrom } from '../db/sql'
import { AppError } from '../errors'
import { record } from '../events/events.record'
import type { Ctx } from '../http/context'
import { type CustomerRow, customerColumns } from './customers.service'

export const MOVED = ['interactions', 'tickets', 'leads', 'tags', 'relationships'] as const
type Moved = Record<(typeof MOVED)[number], number>
export type Merge = { survivorId: string; mergedId: string; prefer: 'survivor' | 'merged' }

/** Columns that a merge fills: the survivor's, or with `prefer: merged` the other's, where there is one. */
const FILLED = ['email', 'company', 'ownerId', 'userId'] as const
