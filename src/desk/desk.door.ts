// The door of the desk: what stands before every request to it. Its pages are a module of their own, which the requests
// of the API do not load.
import type { Context, ErrorHandler } from 'hono'
import { except } from 'hono/combine'
import { csrf } from 'hono/csrf'
import type { AppEnv } from '../http/context'
import { onError } from '../http/respond'
import { loadDesk } from '../late'
import { HOST } from '../late/desk.host.mjs'
import { deskSession } from './desk.session'

/** Whether a path is one of the desk. */
export const isDeskPath = (path: string): boolean => path === '/dashboard' || path.startsWith('/dashboard/')

// The form of a workspace's website stands there, and is for visitors.
const isForVisitors = (c: Context) => c.req.path.startsWith('/dashboard/enquire/')

/** Refuses forms of other sites, and sets the actor by the cookie of the desk. */
export const deskGuard = except(isForVisitors, csrf(), deskSession)

/** The answer of the desk to a request. */
export async function openDesk(c: Context<AppEnv>): Promise<Response> {
  return (await loadDesk(HOST)).openDesk(c)
}

/** An error as a page; as a problem document where it came before the request had its context, which a page needs. */
export const onDeskError: ErrorHandler<AppEnv> = async (error, c) =>
  'connection' in c.var ? (await loadDesk(HOST)).onDeskError(error, c) : onError(error, c)
