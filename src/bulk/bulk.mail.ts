// Mail about bulk changes: one to each member who got records by it, however many. Customers get none.
import { eq, type SQL, sql } from 'drizzle-orm'
import { actorName } from '../access/person'
import type { Actor } from '../access/policy'
import { linkTo } from '../config'
import { bulkResults, users } from '../db/schema'
import type { JobCtx } from '../jobs/jobs.kind'
import { hasEnabled, members } from '../mail/mail.audience'
import { enqueue } from '../mail/mail.enqueue'
import type { BulkKind } from './bulk.kinds'

/** The statement that queues the mails to the new owners of leads and tickets; none to the one who asked. */
export function newOwnersMail({ db, config, now, jobId }: JobCtx, { name }: BulkKind, actor: Actor, picked: SQL) {
  // A single customer that is given away makes no mail either.
  if (name === 'customer') return []
  const given = sql`(SELECT r.owner_id AS id, count(*) AS n FROM ${bulkResults} AS r
    WHERE r.job_id = ${jobId} AND r.outcome = 'changed' AND r.owner_id IS NOT NULL GROUP BY 1) AS given`
  return enqueue(
    { db, config, now, outgoing: new Set(), actor },
    {
      template: name === 'lead' ? 'leadsAssigned' : 'ticketsAssigned',
      to: sql`${users.email}`,
      audience: members({ config }),
      payload: { count: sql`CAST(given.n AS TEXT)`, by: actorName(actor), link: linkTo(config, `${name}s`) },
      from: sql`${given} CROSS JOIN ${users} ON ${users.id} = given.id`,
      when: sql`EXISTS (${picked}) AND ${users.id} <> ${actor.id}
        AND ${hasEnabled(name === 'lead' ? 'leadAssigned' : 'ticketUpdated')} AND ${eq(users.workspaceId, actor.workspaceId)}`,
    },
  )
}
