// The session of the dashboard: the tokens of the API, sealed in a cookie that only these pages read, and the mark that
// every form of theirs sends against CSRF.
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import { refreshSession } from '../auth/sessions.service'
import { DEVICE_MS, REFRESH_MS, readAccessToken } from '../auth/tokens'
import type { Config } from '../config'
import { isMac, mac, seal, unseal } from '../crypto'
import { AppError } from '../errors'
import { raw } from '../field-schemas'
import { bodyText } from '../http/body'
import { type AppEnv, publicCtx } from '../http/context'
import { isMultipart, multipartPairs, urlencodedPairs } from '../http/forms'
import { validationError } from '../http/router'

const COOKIES = { session: 'edge_crm_dashboard', device: 'edge_crm_device', notice: 'edge_crm_notice' }
type Cookie = keyof typeof COOKIES
const NOTICE_SECONDS = 30
const Tokens = z.object({ accessToken: z.string(), refreshToken: z.string() })
type Tokens = z.infer<typeof Tokens>

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
export function keepNotice(c: Context<AppEnv>, text: string): Promise<void> {
  return keepSealed(c, 'notice', text, NOTICE_SECONDS)
}

/** Reads what was done, once. */
export async function takeNotice(c: Context<AppEnv>): Promise<string | undefined> {
  const text = await readSealed(c, 'notice')
  if (getCookie(c, nameOf('notice', c.var.config)) !== undefined) drop(c, 'notice')
  return text
}

/**
 * Sets the actor of the dashboard's paths, from the cookie only. An expired access token is refreshed, which costs one
 * round trip every 15 minutes.
 */
export const dashboardSession = createMiddleware<AppEnv>(async function dashboardSession(c, next) {
  c.set('actor', undefined)
  const tokens = await tokensIn(c)
  if (tokens) c.set('actor', (await actorIn(c.var.config, tokens.accessToken)) ?? (await renewSession(c, tokens)))
  await next()
})

async function tokensIn(c: Context<AppEnv>): Promise<Tokens | undefined> {
  if (getCookie(c, nameOf('session', c.var.config)) === undefined) return undefined
  const text = await readSealed(c, 'session')
  if (text !== undefined) return Tokens.parse(JSON.parse(text))
  dropSession(c)
  return undefined
}

async function actorIn(config: Config, token: string) {
  const read = await readAccessToken(config, token)
  return read === 'expired' ? undefined : read?.actor
}

async function renewSession(c: Context<AppEnv>, { refreshToken }: Tokens) {
  try {
    const tokens = await refreshSession(publicCtx(c), refreshToken)
    await keepSession(c, tokens)
    return await actorIn(c.var.config, tokens.accessToken)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_refresh_token') throw error
    dropSession(c)
    return undefined
  }
}

/** The CSRF mark of a session's forms. */
export function formMark(c: Context<AppEnv>): Promise<string> {
  return mac(c.var.config, 'dashboard form', sessionOf(c))
}

function sessionOf({ var: { actor } }: Context<AppEnv>): string {
  return actor?.type === 'user' ? actor.sessionId : ''
}

const Form = z.object({ email: raw(254), password: raw(1000), mark: raw(100) }).partial()

/** The fields of a form. Throws `validationError`, and `forbidden` where it lacks the mark of this session. */
export async function fieldsOf(c: Context<AppEnv>): Promise<z.infer<typeof Form>> {
  const contentType = c.req.header('Content-Type') ?? ''
  const pairs = isMultipart(contentType) ? await multipartPairs(c) : urlencodedPairs(await bodyText(c))
  const { data: fields, error } = Form.safeParse(Object.fromEntries(pairs))
  if (error) throw validationError('json', error)
  if (c.var.actor && !(await isMac(c.var.config, 'dashboard form', sessionOf(c), fields.mark ?? ''))) {
    throw new AppError('forbidden', {
      detail: 'This form belongs to another session: go back, reload the page, and try again.',
    })
  }
  return fields
}
