// The frame of the desk: navigation at the side or, on a phone, below; search, the menus, what was done, and the title.
import { html } from 'hono/html'
import type { FC } from 'hono/jsx'
import { isPortal } from '../../access/visible'
import type { getMe } from '../../auth/auth.service'
import { type Desk, HOME } from '../desk'
import type { Flash } from '../desk.session'
import { at, type DeskPage, type View } from '../page'

import { Act, Hidden } from './forms'
import { Icon } from './icons'

type Me = Awaited<ReturnType<typeof getMe>>
/** The pages in the navigation. */
export type Nav = readonly (Pick<DeskPage, 'path' | 'needs' | 'isForPortal'> & { nav: NonNullable<DeskPage['nav']> })[]
type Props = { desk: Desk; view: View; nav: Nav; me?: Me; path?: string; flash?: Flash; stream?: string }

/** A whole document. */
export const Document: FC<Props> = (props) => {
  const { desk, view, me } = props
  return (
    <>
      {html`<!doctype html>`}
      <html lang={desk.words.lang}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>{view.isForVisitors ? view.title : `${view.title} · ${me?.workspace.name ?? 'Edge CRM'}`}</title>
          <link rel="icon" href="/desk.svg" />
          <link rel="stylesheet" href="/desk.css" />
          <script src="/desk.js" defer></script>
        </head>
        {me && !view.isBare ? <Framed {...props} me={me} /> : <Bare {...props} />}
      </html>
    </>
  )
}

const Bare: FC<Props> = ({ desk, view, flash }) => (
  <body class="bare">
    <main id="main" tabindex={-1}>
      {!view.isForVisitors && (
        <a class="brand" href={HOME}>
          <Mark /> Edge CRM
        </a>
      )}
      <Said desk={desk} flash={flash} />
      <h1>{view.title}</h1>
      {view.content}
    </main>
  </body>
)

const Framed: FC<Props & { me: Me }> = ({ desk, view, nav, me, path, flash, stream }) => (
  <body data-stream={stream}>
    <a class="skip" href="#main">
      {desk.words.frame.skip}
    </a>
    <Side desk={desk} nav={nav} me={me} path={path} />
    <div class="page">
      <Bar desk={desk} me={me} />
      <main id="main" tabindex={-1} class={view.isWide ? 'wide' : undefined}>
        <Said desk={desk} flash={flash} />
        {view.up && (
          <a class="up" href={view.up.href}>
            <Icon name="back" />
            {view.up.label}
          </a>
        )}
        <div class="title">
          <h1 dir="auto">{view.title}</h1>
          {view.tools && <div class="tools">{view.tools}</div>}
        </div>
        {view.content}
      </main>
      {stream && <div id="news" class="hidden" aria-live="polite" />}
    </div>
  </body>
)

const Mark: FC = () => (
  <svg class="mark" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
    <rect width="20" height="20" rx="5" />
    <path d="M6 6h8M6 10h5M6 14h8" />
  </svg>
)

/** Of the navigation, a phone shows the first so many; the others are in a menu. */
const ON_PHONE = 3

const Side: FC<{ desk: Desk; nav: Nav; me: Me; path?: string }> = ({ desk, nav: pages, me, path = '' }) => {
  const isTeam = !isPortal(desk.ctx.actor)
  const entries = pages.filter(
    ({ needs, isForPortal }) => (isTeam || isForPortal) && (needs === 'nobody' || desk.can(needs)),
  )
  const link = ({ path: to, nav }: Nav[number]) => (
    <a href={at(to.slice(1))} aria-current={isBelow(path, to) ? 'page' : undefined}>
      <Icon name={nav.icon} />
      <span>{desk.words.nav[nav.word]}</span>
    </a>
  )
  return (
    <nav class="side" aria-label={desk.words.frame.navigation}>
      <a class="brand" href={HOME}>
        <Mark /> <span>{me.workspace.name}</span>
      </a>
      <ul>
        {entries.map((entry, i) => (
          <li class={i >= ON_PHONE ? 'rest' : undefined}>{link(entry)}</li>
        ))}
      </ul>
      {entries.length > ON_PHONE && (
        <details class="menu more">
          <summary>
            <Icon name="more" />
            <span>{desk.words.frame.more}</span>
          </summary>
          <div>{entries.slice(ON_PHONE).map(link)}</div>
        </details>
      )}
    </nav>
  )
}

function isBelow(path: string, start: string): boolean {
  return start === '/' ? path === '/' : path === start || path.startsWith(`${start}/`)
}

const Bar: FC<{ desk: Desk; me: Me }> = ({ desk, me }) => {
  const { frame } = desk.words
  const isTeam = !isPortal(desk.ctx.actor)
  return (
    <header class="top">
      {isTeam ? (
        <search>
          <form action={at('search')} method="get">
            <Icon name="search" />
            <label class="hidden" for="q">
              {frame.searchLabel}
            </label>
            <input
              id="q"
              name="q"
              type="search"
              maxlength={200}
              placeholder={frame.search}
              value={desk.query.get('q') ?? ''}
            />
            <span class="key" aria-hidden="true">
              /
            </span>
            <button type="submit" class="hidden">
              {frame.searchLabel}
            </button>
          </form>
        </search>
      ) : (
        <span class="fill" />
      )}
      {isTeam && (
        <details class="menu">
          <summary class="button">
            <Icon name="plus" />
            <span>{frame.new}</span>
          </summary>
          <div>
            <a href={at('leads/new')}>{frame.newLead}</a>
            <a href={at('customers/new')}>{frame.newCustomer}</a>
          </div>
        </details>
      )}
      <details class="menu">
        <summary>
          <Avatar name={me.user.name} />
          <span class="hidden">{frame.account}</span>
        </summary>
        <div>
          <p>
            <strong>{me.user.name}</strong>
            <span class="note">{me.user.email}</span>
          </p>
          <form action={at('sign-out')} method="post">
            <Hidden name="mark" value={desk.mark} />
            <button type="submit">{frame.signOut}</button>
          </form>
        </div>
      </details>
    </header>
  )
}

/** The first letters of a name. */
export const Avatar: FC<{ name: string }> = ({ name }) => (
  <span class={`avatar hue${hueOf(name)}`} aria-hidden="true">
    {initialsOf(name)}
  </span>
)

/** Two letters of a name: of the first and the last word, or of the one word; of a name in wide letters the first. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => /\p{L}|\p{N}/u.test(word))
  const [first = '?', last] = [words[0], words.length > 1 ? words.at(-1) : undefined]
  if (/^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}]/u.test(first)) return [...first][0] ?? '?'
  const letters = last ? [...first].slice(0, 1).concat([...last].slice(0, 1)) : [...first].slice(0, 2)
  return letters.join('').toUpperCase()
}

const HUES = 6
const hueOf = (name: string) =>
  [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7) % HUES

const Said: FC<{ desk: Desk; flash?: Flash }> = ({ desk, flash }) => {
  const said = desk.failure ? { text: desk.failure.text, isBad: true, undo: undefined } : flash
  if (!said) return null
  return (
    <div class={said.isBad ? 'said bad' : 'said'} role={said.isBad ? 'alert' : 'status'}>
      <Icon name={said.isBad ? 'warn' : 'done'} />
      <p>{said.text}</p>
      {said.undo && (
        <Act desk={desk} action={said.undo.action} fields={said.undo.fields} label={desk.words.frame.undo} />
      )}
    </div>
  )
}
