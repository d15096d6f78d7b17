// Answers the requests of the desk: finds the page or the action, checks what it needs, and renders or redirects.
import type { Context, ErrorHandler } from 'hono'
import { LinearRouter } from 'hono/router/linear-router'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { actorGuard } from '../access/actor-guard'
import { isEveryday, missingPermission, reach } from '../access/policy'
import { isPortal } from '../access/visible'
import { getMe } from '../auth/auth.service'
import { AppError, ERRORS } from '../errors'
import { requireVerified } from '../http/allow'
import type { AppEnv } from '../http/context'
import { noRouteError, toAppError } from '../http/respond'
import { streamPath } from '../live/live.viewer'
import { type Desk, deskOf, failureOf, HOME, isSaid, safePath } from './desk'
import { formOf, readForm } from './desk.form'
import { formMark, keepFlash, takeFlash } from './desk.session'
import type { Action, DeskPage, Needs, View } from './page'
import { PAGES } from './pages'
import { Document } from './parts/layout'
import { Trouble } from './parts/trouble'

const CSP = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

type Route = { page: DeskPage; action?: Action }

const router = new LinearRouter<Route>()
for (const page of PAGES) {
  const path = page.path === '/' ? HOME : HOME + page.path
  router.add('GET', path, { page })
  for (const [name, action] of Object.entries(page.actions))
    router.add('POST', name ? `${path}/${name}` : path, { page, action })
}
const NAV = PAGES.flatMap(({ nav, ...rest }) => (nav ? [{ ...rest, nav }] : []))

function routeOf(c: Context<AppEnv>, method: string): { route: Route; params: Record<string, string> } | undefined {
  const [found] = router.match(method, c.req.path.replace(/(?<=.)\/+$/, ''))[0]
  if (!found) return undefined
  const [route, params] = found
  const named = Object.entries(params).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return { route, params: Object.fromEntries(named) }
}

/** The answer of the desk to a request. */
export async function openDesk(c: Context<AppEnv>): Promise<Response> {
  const method = c.req.method === 'HEAD' ? 'GET' : c.req.method
  const found = routeOf(c, method)
  if (!found)
    throw noRouteError(
      c,
      ['GET', 'POST'].filter((each) => routeOf(c, each)),
    )
  const { page, action } = found.route
  const { actor } = c.var
  if (page.path === '/' && !action && actor && isPortal(actor)) return c.redirect(`${HOME}/portal`, 303)
  if (isVisitor(c, (action ?? page).needs)) return signInFirst(c, method)
  requireNeeds(c, page, action)
  const desk = await deskOf(c, found.params)
  return action ? act(desk, page, action) : show(desk, page)
}

function isVisitor(c: Context<AppEnv>, needs: Needs): boolean {
  return needs !== 'nobody' && c.var.actor === undefined
}

// After signing in the browser comes back; what was sent is lost, so the page says it.
function signInFirst(c: Context<AppEnv>, method: string): Response {
  if (method !== 'GET') throw new AppError('unauthenticated')
  const url = new URL(c.req.url)
  const next = safePath(url.pathname + url.search)
  return c.redirect(next === HOME ? `${HOME}/sign-in` : `${HOME}/sign-in?next=${encodeURIComponent(next)}`, 303)
}

// As allow() does for the routes of the API.
function requireNeeds(c: Context<AppEnv>, page: DeskPage, action?: Action): void {
  const { actor, config, connection } = c.var
  const { needs } = action ?? page
  if (needs === 'nobody' || !actor) return
  if (isPortal(actor) && !page.isForPortal && !needs.startsWith('account:')) throw new AppError('forbidden')
  if (!reach(actor, needs)) throw new AppError('forbidden', { detail: missingPermission(actor, needs) })
  if (!needs.startsWith('account:')) requireVerified(actor, config, 'then sign out and in again')
  const isRecent = action?.isRecent ?? false
  if (action?.isAsked || isRecent || !isEveryday(needs)) {
    c.set('connection', { ...connection, ...connection.guarded(actorGuard(actor, needs, { isRecent })) })
  }
}

async function show(desk: Desk, page: DeskPage, status?: ContentfulStatusCode): Promise<Response> {
  const { c } = desk
  const isKnown = c.var.actor !== undefined && page.needs !== 'nobody'
  const { view, beside } = await page.open(desk, () => (isKnown ? { me: getMe(desk.ctx) } : { me: noMe }))
  return view instanceof Response ? view : document(desk, view, { me: beside.me, path: page.path, status })
}

const noMe = Promise.resolve(undefined)

type Frame = { me?: Awaited<ReturnType<typeof getMe>>; path?: string; status?: ContentfulStatusCode }

async function document(desk: Desk, view: View, { me, path, status }: Frame): Promise<Response> {
  const { c } = desk
  const flash = c.var.config && (await takeFlash(c))
  const stream = view.isLive && c.env.WORKSPACES ? await streamPath(desk.ctx) : undefined
  c.header('Content-Security-Policy', CSP)
  c.header('Cache-Control', 'no-store')
  c.header('Vary', 'Accept-Language, Cookie')
  return c.html(
    <Document desk={desk} view={view} nav={NAV} me={me} path={path} flash={flash} stream={stream} />,
    status ?? view.status ?? 200,
  )
}

async function act(desk: Desk, page: DeskPage, action: Action): Promise<Response> {
  const { c } = desk
  desk.form = await readForm(c)
  const back = safePath(desk.form.get('back') || pathOf(page, desk))
  try {
    const done = await action.run(desk)
    if (done instanceof Response) return done
    if (done.shown !== undefined) {
      desk.shown = done.shown
      desk.here = back
      return show(desk, page)
    }
    if (done.secret !== undefined) {
      desk.secret = done.secret
      desk.form = formOf()
      desk.here = back
      return show(desk, page, 201)
    }
    if (done.say) await keepFlash(c, { text: done.say, undo: done.undo, isBad: done.isBad })
    return c.redirect(done.to ?? back, 303)
  } catch (error) {
    if (!isSaid(error)) throw error
    const failure = failureOf(desk, error)
    if (action.isQuick) {
      await keepFlash(c, { text: failure.text, isBad: true })
      return c.redirect(back, 303)
    }
    if (error.extras.retryAfter !== undefined) c.header('Retry-After', String(error.extras.retryAfter))
    desk.failure = failure
    desk.here = back
    return show(desk, page, ERRORS[error.code][0])
  }
}

function pathOf({ path }: DeskPage, { params }: Desk): string {
  return HOME + (path === '/' ? '' : path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? ''))
}

/** An error as a page, in the reader's words: with a way back, and for a user with the frame. */
export const onDeskError: ErrorHandler<AppEnv> = async (error, c) => {
  const appError = toAppError(error, c)
  const { code, extras } = appError
  const desk = await deskOf(c)
  const { text } = failureOf(desk, appError)
  if (extras.allow !== undefined) c.header('Allow', extras.allow)
  if (extras.retryAfter !== undefined) c.header('Retry-After', String(extras.retryAfter))
  const mark = c.var.actor && (await formMark(c))
  const content = <Trouble desk={desk} code={code} text={text} detail={extras.detail} mark={mark} />
  return document(desk, { title: text, content, isBare: true }, { status: ERRORS[code][0] })
}
