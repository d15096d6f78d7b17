// The session of the dashboard: the tokens of the API, sealed in a cookie that only these pages read, and the mark that
// every form of theirs sends against CSRF.
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { verify } from 'hono/jwt'
import { z } from 'zod'
import { refreshSession } from '../auth/sessions.service'
import { actorOf, REFRESH_MS, VERIFICATION } from '../auth/tokens'
import type { Config } from '../config'
import { mac, sameText, seal, unseal } from '../crypto'
import { AppError } from '../errors'
import { raw } from '../field-schemas'
import { bodyText } from '../http/body'
import { type AppEnv, publicCtx } from '../http/context'
import { isMultipart, multipartPairs, urlencodedPairs } from '../http/forms'
import { validationError } from '../http/router'

const COOKIE = 'edge_crm_dashboard'
const PATH = '/dashboard'
const Tokens = z.object({ accessToken: z.string(), refreshToken: z.string() })
type Tokens = z.infer<typeof Tokens>

const passphrase = (config: Config) => mac(config.JWT_SECRET, 'dashboard cookie', '')

function attributes({ ENVIRONMENT }: Config) {
  return { path: PATH, httpOnly: true, secure: ENVIRONMENT !== 'development', sameSite: 'Lax' as const }
}

/** Stores the tokens of a sign-in in a cookie that neither scripts nor the API can read. */
export async function keepSession(c: Context<AppEnv>, { accessToken, refreshToken }: Tokens): Promise<void> {
  const { config } = c.var
  const sealed = await seal(await passphrase(config), JSON.stringify({ accessToken, refreshToken }))
  setCookie(c, COOKIE, sealed, { ...attributes(config), maxAge: REFRESH_MS / 1_000 })
}

export function dropSession(c: Context<AppEnv>): void {
  deleteCookie(c, COOKIE, attributes(c.var.config))
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
  const sealed = getCookie(c, COOKIE)
  if (!sealed) return undefined
  try {
    return Tokens.parse(JSON.parse(await unseal(await passphrase(c.var.config), sealed)))
  } catch {
    dropSession(c)
    return undefined
  }
}

async function actorIn(config: Config, token: string) {
  try {
    return actorOf(await verify(token, config.JWT_SECRET, { alg: 'HS256', ...VERIFICATION }))
  } catch {
    return undefined
  }
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
  const { actor, config } = c.var
  return mac(config.JWT_SECRET, 'dashboard form', actor?.type === 'user' ? actor.sessionId : '')
}

const Form = z.object({ email: raw(254), password: raw(1000), mark: raw(100) }).partial()

/** The fields of a form. Throws `validationError`, and `forbidden` where it lacks the mark of this session. */
export async function fieldsOf(c: Context<AppEnv>): Promise<z.infer<typeof Form>> {
  const contentType = c.req.header('Content-Type') ?? ''
  const pairs = isMultipart(contentType) ? await multipartPairs(c) : urlencodedPairs(await bodyText(c))
  const { data: fields, error } = Form.safeParse(Object.fromEntries(pairs))
  if (error) throw validationError('json', error)
  if (c.var.actor && !sameText(fields.mark ?? '', await formMark(c))) {
    throw new AppError('forbidden', {
      detail: 'This form belongs to another session: go back, reload the page, and try again.',
    })
  }
  return fields
}
