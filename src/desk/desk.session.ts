// The session of the desk: the tokens of the API, sealed in a cookie that only these pages read; the mark that every form
// sends against CSRF; and what was done, for the page that comes next.
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import { refreshSession } from '../auth/sessions.service'
import { DEVICE_MS, REFRESH_MS, readAccessToken } from '../auth/tokens'
import type { Config } from '../config'
import { isMac, mac, seal, unseal } from '../crypto'
import { AppError } from '../errors'
import { type AppEnv, publicCtx, setActor } from '../http/context'

const COOKIES = {
  session: 'edge_crm_dashboard',
  device: 'edge_crm_device',
  notice: 'edge_crm_notice',
  flow: 'edge_crm_flow',
}
type Cookie = keyof typeof COOKIES
const NOTICE_SECONDS = 60
const FLOW_SECONDS = 600
const Tokens = z.object({ accessToken: z.string(), refreshToken: z.string() })
type Tokens = z.infer<typeof Tokens>

/** What was done, or what was wrong; `undo` is the form that takes it back. */
const Flash = z.object({
  text: z.string(),
  isBad: z.boolean().optional(),
  undo: z.object({ action: z.string(), fields: z.record(z.string(), z.string()) }).optional(),
})
export type Flash = z.infer<typeof Flash>
/** A sign-in at a provider that has begun: the verifier of its code, and where the browser goes in the end. */
const Flow = z.object({ verifier: z.string(), next: z.string() })
export type Flow = z.infer<typeof Flow>

// `__Host-` keeps other hosts of the domain from setting it, and demands HTTPS, which development does not have.
function nameOf(cookie: Cookie, { ENVIRONMENT }: Config): string {
  return ENVIRONMENT === 'development' ? COOKIES[cookie] : `__Host-${COOKIES[cookie]}`
}

function attributes({ ENVIRONMENT }: Config) {
  return { path: '/', httpOnly: true, secure: ENVIRONMENT !== 'development', sameSite: 'Lax' as const }
}

async function keepSealed(c: Context<AppEnv>, cookie: Cookie, text: string, maxAge: number): Promise<void> {
  const { config } = c.var
  const sealed = await seal(config, `dashboard ${cookie}`, text)
  setCookie(c, nameOf(cookie, config), sealed, { ...attributes(config), maxAge })
}

// Undefined where there is none, or it was not sealed here.
async function readSealed(c: Context<AppEnv>, cookie: Cookie): Promise<string | undefined> {
  const { config } = c.var
  const sealed = getCookie(c, nameOf(cookie, config))
  return sealed === undefined ? undefined : unseal(config, `dashboard ${cookie}`, sealed).catch(() => undefined)
}

// The same, once: the cookie is dropped.
async function takeSealed<S extends z.ZodType>(c: Context<AppEnv>, cookie: Cookie, schema: S) {
  const text = await readSealed(c, cookie)
  if (getCookie(c, nameOf(cookie, c.var.config)) !== undefined) drop(c, cookie)
  return text === undefined ? undefined : schema.parse(JSON.parse(text))
}

function drop(c: Context<AppEnv>, cookie: Cookie): void {
  deleteCookie(c, nameOf(cookie, c.var.config), attributes(c.var.config))
}

/** Stores the tokens of a sign-in in a cookie that neither scripts nor the API can read. */
export async function keepSession(c: Context<AppEnv>, { accessToken, refreshToken }: Tokens): Promise<void> {
  await keepSealed(c, 'session', JSON.stringify({ accessToken, refreshToken }), REFRESH_MS / 1_000)
  await keepSealed(c, 'device', refreshToken, DEVICE_MS / 1_000)
}

/** The last refresh token of this browser, by which a sign-in knows the device again; undefined without one. */
export function deviceOf(c: Context<AppEnv>): Promise<string | undefined> {
  return readSealed(c, 'device')
}

/** Ends the session in the browser. The device stays known. */
export function dropSession(c: Context<AppEnv>): void {
  drop(c, 'session')
}

/** Keeps what was done, for the page that the browser is sent to. */
export function keepFlash(c: Context<AppEnv>, { text, ...rest }: Flash): Promise<void> {
  return keepSealed(c, 'notice', JSON.stringify({ text: text.slice(0, 500), ...rest }), NOTICE_SECONDS)
}

/** Reads what was done, once. */
export function takeFlash(c: Context<AppEnv>): Promise<Flash | undefined> {
  return takeSealed(c, 'notice', Flash)
}

/** Keeps a sign-in at a provider until the browser comes back. */
export function keepFlow(c: Context<AppEnv>, flow: Flow): Promise<void> {
  return keepSealed(c, 'flow', JSON.stringify(flow), FLOW_SECONDS)
}

/** The sign-in that began in this browser, once. */
export function takeFlow(c: Context<AppEnv>): Promise<Flow | undefined> {
  return takeSealed(c, 'flow', Flow)
}

/**
 * Sets the actor of the desk's paths, from the cookie only. An expired access token is refreshed, which costs one round
 * trip every 15 minutes.
 */
export const deskSession = createMiddleware<AppEnv>(async function deskSession(c, next) {
  setActor(c, undefined)
  const tokens = await tokensIn(c)
  if (tokens) await setActorBy(c, tokens)
  await next()
})

async function tokensIn(c: Context<AppEnv>): Promise<Tokens | undefined> {
  if (getCookie(c, nameOf('session', c.var.config)) === undefined) return undefined
  const text = await readSealed(c, 'session')
  if (text !== undefined) return Tokens.parse(JSON.parse(text))
  dropSession(c)
  return undefined
}

async function setActorBy(c: Context<AppEnv>, tokens: Tokens): Promise<void> {
  const read = await readAccessToken(c.var.config, tokens.accessToken)
  if (read && read !== 'expired') setActor(c, read.actor)
  else await renewSession(c, tokens.refreshToken)
}

/** Exchanges the refresh token of this browser, so that role, name and time zone are those of now. */
export async function refreshDesk(c: Context<AppEnv>): Promise<void> {
  const tokens = await tokensIn(c)
  if (tokens) await renewSession(c, tokens.refreshToken)
}

async function renewSession(c: Context<AppEnv>, refreshToken: string): Promise<void> {
  try {
    const tokens = await refreshSession(publicCtx(c), refreshToken)
    await keepSession(c, tokens)
    const read = await readAccessToken(c.var.config, tokens.accessToken)
    if (read && read !== 'expired') setActor(c, read.actor)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_refresh_token') throw error
    dropSession(c)
  }
}

/** The CSRF mark of a session's forms. */
export function formMark(c: Context<AppEnv>): Promise<string> {
  return mac(c.var.config, 'dashboard form', sessionOf(c))
}

/** Whether a form carries the mark of this session. A visitor has none, and is guarded by the origin alone. */
export async function hasFormMark(c: Context<AppEnv>, mark: string): Promise<boolean> {
  return !c.var.actor || isMac(c.var.config, 'dashboard form', sessionOf(c), mark)
}

function sessionOf({ var: { actor } }: Context<AppEnv>): string {
  return actor?.type === 'user' ? actor.sessionId : ''
}
