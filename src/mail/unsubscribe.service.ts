// Stopping mail: a person outside the team, who needs no account, gets no more mail of a workspace at an address.
import { type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import type { Config } from '../config'
import { located, type PublicCtx } from '../context'
import { type Secrets, seal, unseal } from '../crypto'
import { mailStops, workspaces } from '../db/schema'
import { insertFrom } from '../db/sql'
import { AppError } from '../errors'

/** The link by which the reader of a mail stops further ones. It names the workspace in clear, and the address sealed. */
export async function stopLink(config: Config, workspaceId: string, address: string): Promise<string> {
  const sealed = await seal(config, 'unsubscribe', address, { context: workspaceId })
  return `${config.WORKER_URL ?? ''}/v1/unsubscribe?token=${workspaceId}.${sealed}`
}

async function addressOf(secrets: Secrets, token: string): Promise<{ workspaceId: string; address: string }> {
  const [workspaceId = '', ...sealed] = token.split('.')
  const address = await unseal(secrets, 'unsubscribe', sealed.join('.'), workspaceId).catch(() => undefined)
  if (address === undefined) throw new AppError('invalid_token')
  return { workspaceId, address }
}

/** The address that a link is about. Throws `invalid_token`. */
export async function addressOfStopLink({ config }: PublicCtx, token: string): Promise<string> {
  return (await addressOf(config, token)).address
}

/** Stops mail of the workspace to the address of the link; once more changes nothing. Throws `invalid_token`. */
export async function stopMail(ctx: PublicCtx, token: string): Promise<string> {
  const { workspaceId, address } = await addressOf(ctx.config, token)
  const { db, now } = await located(ctx, { workspace: workspaceId })
  const here = sql`FROM ${workspaces} WHERE ${workspaces.id} = ${workspaceId}`
  await insertFrom(db, mailStops, { workspaceId, address, createdAt: now }, here).onConflictDoNothing()
  return address
}

/** Whether mail of a workspace may go to an address, as SQL. */
export function isNotStopped(workspaceId: string | SQL, to: string | SQL): SQL {
  const stop = alias(mailStops, 'stop')
  return sql`NOT EXISTS (SELECT 1 FROM ${mailStops} AS stop WHERE ${stop.workspaceId} = ${workspaceId} AND ${stop.address} = ${to})`
}
