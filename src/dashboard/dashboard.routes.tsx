// /dashboard: pages that the server renders, with the verbs of the API. They need no script.
import { type Context, type ErrorHandler, Hono } from 'hono'
import { csrf } from 'hono/csrf'
import { createMiddleware } from 'hono/factory'
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { requirePerson } from '../access/person'
import { isPortal } from '../access/visible'
import { login } from '../auth/auth.service'
import { endSession } from '../auth/sessions.service'
import { listCustomers } from '../customers/customers.list'
import { AppError, ERRORS } from '../errors'
import { uuid } from '../field-schemas'
import { requireVerified } from '../http/allow'
import { type AppEnv, clientOf, ctx, publicCtx } from '../http/context'
import { toAppError } from '../http/respond'
import { completeInteraction } from '../interactions/interactions.service'
import { claimLead } from '../leads/leads.claim'
import { listLeads } from '../leads/leads.list'
import { updateLead } from '../leads/leads.service'
import { namesOf } from './dashboard.names'
import { overviewOf } from './dashboard.overview'
import { deviceOf, dropSession, fieldsOf, formMark, keepNotice, keepSession, takeNotice } from './dashboard.session'
import { type Me, type Notice, Page } from './layout'
import { OverviewPage } from './overview'
import { Results, SignIn, Trouble } from './pages'

const CSP = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

const HOME = '/dashboard'
const FOUND = 20
const Id = uuid()

type Shown = { title: string; me?: Me; notice?: Notice; children: Child }

function show(c: Context<AppEnv>, { title, me, notice, children }: Shown, status: ContentfulStatusCode = 200) {
  c.header('Content-Security-Policy', CSP)
  c.header('Cache-Control', 'no-store')
  return c.html(
    <Page title={title} me={me} notice={notice}>
      {children}
    </Page>,
    status,
  )
}

async function overview(c: Context<AppEnv>, notice?: Notice, status: ContentfulStatusCode = 200) {
  const context = ctx(c)
  const { actor, now: at } = context
  if (isPortal(actor)) {
    throw new AppError('forbidden', {
      detail: 'The dashboard is for the team. Your records are in the customer portal.',
    })
  }
  const mark = await formMark(c)
  const content = await overviewOf(context, c.var.connection.together)
  const me = { name: content.names.get(actor.id) ?? '', mark }
  const children = <OverviewPage overview={content} seen={{ at, timeZone: actor.timeZone, mark }} />
  return show(c, { title: 'Overview', me, notice: notice ?? (await noticeIn(c)), children }, status)
}

/** An error as a page: with a sign-in form for a visitor, and a sign-out button for a user. */
export const onPageError: ErrorHandler<AppEnv> = async (error, c) => {
  const { code, extras } = toAppError(error, c)
  const [status, title] = ERRORS[code]
  if (status === 401) return show(c, { title: 'Sign in', children: <SignIn /> }, 401)
  if (extras.allow !== undefined) c.header('Allow', extras.allow)
  if (extras.retryAfter !== undefined) c.header('Retry-After', String(extras.retryAfter))
  const [issue] = extras.errors ?? []
  const wrong = issue && `${issue.path.split('.').at(-1)}: ${issue.message}`
  const detail = extras.detail ?? wrong ?? (status === 429 ? 'Wait a few minutes, then try again.' : undefined)
  const mark = c.var.actor && (await formMark(c))
  return show(c, { title, children: <Trouble title={title} detail={detail} mark={mark} /> }, status)
}

// The API requires the same on every route but those of the user's own account.
const verified = createMiddleware<AppEnv>(async function verified(c, next) {
  const isSigning = c.req.path.startsWith(`${HOME}/sign-`)
  if (c.var.actor && !isSigning) requireVerified(c.var.actor, c.var.config, 'then sign out and in again')
  await next()
})

// The notice is shown once, on the page to which the browser is redirected.
async function leave(c: Context<AppEnv>, notice: string) {
  await keepNotice(c, notice)
  return c.redirect(HOME, 303)
}

async function noticeIn(c: Context<AppEnv>): Promise<Notice | undefined> {
  const text = await takeNotice(c)
  return text === undefined ? undefined : { text }
}

function idIn(c: Context<AppEnv>): string {
  const id = Id.safeParse(c.req.param('id'))
  if (!id.success) throw new AppError('not_found')
  return id.data
}

// A change by a colleague in the meantime is no error page, but a notice on the current page.
async function attempt(c: Context<AppEnv>, work: () => Promise<string>) {
  try {
    return leave(c, await work())
  } catch (error) {
    if (!(error instanceof AppError) || ![404, 409].includes(ERRORS[error.code][0])) throw error
    const [status, title] = ERRORS[error.code]
    const who = error.extras.claimedBy?.name
    const text =
      error.code === 'already_claimed' ? `${who || 'A colleague'} was quicker and has this lead.` : `${title}.`
    if (error.code === 'already_yours') return overview(c, { text })
    return overview(c, { text, isBad: true }, status)
  }
}

export const dashboardRoutes = new Hono<AppEnv>()
  .use(csrf())
  .use(verified)
  .get('/', async (c) =>
    c.var.actor ? overview(c) : show(c, { title: 'Sign in', notice: await noticeIn(c), children: <SignIn /> }),
  )
  .post('/sign-in', async (c) => {
    const { email = '', password = '' } = await fieldsOf(c)
    try {
      const refreshToken = await deviceOf(c)
      await keepSession(c, await login(publicCtx(c), { email, password, refreshToken }, clientOf(c)))
      return c.redirect(HOME, 303)
    } catch (error) {
      if (!(error instanceof AppError) || !['invalid_credentials', 'locked_out'].includes(error.code)) throw error
      const [status, title] = ERRORS[error.code]
      const text = status === 429 ? `${title}: wait 15 minutes, or reset the password.` : 'E-mail or password is wrong.'
      return show(c, { title: 'Sign in', notice: { text, isBad: true }, children: <SignIn email={email} /> }, status)
    }
  })
  .post('/sign-out', async (c) => {
    await fieldsOf(c)
    dropSession(c)
    if (c.var.actor) await endSession(ctx(c), requirePerson(c.var.actor, 'Signing out').sessionId)
    return leave(c, 'You are signed out.')
  })
  .get('/search', async (c) => {
    const context = ctx(c)
    // A NUL would end the text in SQL.
    const given = (c.req.query('q') ?? '').slice(0, 800).replaceAll('\u0000', ' ')
    const q = given.toWellFormed().trim().slice(0, 200).toWellFormed()
    const search = { q, limit: FOUND }
    const nothing = Promise.resolve({ rows: [] })
    const { customers, leads, names } = await c.var.connection.together(() => ({
      customers: q ? listCustomers(context, search) : nothing,
      leads: q ? listLeads(context, search) : nothing,
      names: namesOf(context, [context.actor.id]),
    }))
    const me = { name: names.get(context.actor.id) ?? '', mark: await formMark(c), q }
    const children = <Results q={q} customers={customers} leads={leads} at={context.now} />
    return show(c, { title: q === '' ? 'Search' : q, me, children })
  })
  .post('/leads/:id/claim', async (c) => {
    const context = ctx(c)
    await fieldsOf(c)
    return attempt(c, async () => {
      const { name, title } = await claimLead(context, idIn(c))
      return `${name ?? title} is yours.`
    })
  })
  .post('/leads/:id/done', async (c) => {
    const context = ctx(c)
    await fieldsOf(c)
    return attempt(c, async () => {
      await updateLead(context, idIn(c), { followUpAt: null })
      return 'Done.'
    })
  })
  .post('/follow-ups/:id/done', async (c) => {
    const context = ctx(c)
    await fieldsOf(c)
    return attempt(c, async () => {
      await completeInteraction(context, idIn(c))
      return 'Done.'
    })
  })
