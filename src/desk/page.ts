// What a page of the desk is. From the list of them in pages.ts come the routes, the navigation and the access matrix.
import type { Child } from 'hono/jsx'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Permission } from '../access/policy'
import { type Desk, HOME } from './desk'
import type { Flash } from './desk.session'
import type { IconName } from './parts/icons'
import type { Words } from './words/words'

/** What a page or an action needs: a permission of the API, or nobody signed in. */
export type Needs = Permission | 'nobody'

export type View = {
  title: string
  content: Child
  /** Beside the title. */
  tools?: Child
  /** Where the page belongs to: a link above the title. */
  up?: { href: string; label: string }
  /** A page for visitors of a website, who know nothing of the desk. */
  isForVisitors?: boolean
  /** A page without the frame, such as those for visitors. */
  isBare?: boolean
  isWide?: boolean
  /** Its parts that are `fresh` show what changes while the page is open, where there are streams. */
  isLive?: boolean
  status?: ContentfulStatusCode
}

/** What an action leads to: a page, with what was done. Without `to`, the page from which the form was sent. */
export type Done = {
  to?: string
  say?: string
  /** What is said is that it went wrong. */
  isBad?: true
  undo?: Flash['undo']
  /** A secret that is shown this once: the page itself is the answer, and its view finds it in `desk.secret`. */
  secret?: string
  /** What the page itself is to show now, without being asked for anew: its view finds it in `desk.shown`. */
  shown?: unknown
}

export type Action = {
  needs: Needs
  /** Each batch checks that the session still holds, as the API does where it deletes or restores. */
  isAsked?: true
  /** Needs a sign-in within the last 15 minutes. */
  isRecent?: true
  /** Its form holds no text that could be lost: what is wrong is said on the page from which it was sent. */
  isQuick?: true
  run: (desk: Desk) => Promise<Done | Response>
}

type Loads = Record<string, Promise<unknown>>
type Loaded<L> = { [K in keyof L]: Awaited<L[K]> }

type Definition<L extends Loads, M> = {
  /** Below /dashboard, with parameters such as `:id`. */
  path: string
  needs: Needs
  /** For portal logins as well; all other pages are for the team. */
  isForPortal?: true
  nav?: { word: keyof Words['nav']; icon: IconName }
  /** The verbs of the page, which cost one round trip together. */
  load?: (desk: Desk) => L
  /** A second round trip, for what the first one names. */
  more?: (desk: Desk, loaded: Loaded<L>) => Promise<M>
  view: (desk: Desk, data: Loaded<L> & M) => View | Response
  actions?: Record<string, Action>
}

export type DeskPage = Pick<Definition<Loads, unknown>, 'path' | 'needs' | 'nav' | 'isForPortal'> & {
  actions: Record<string, Action>
  /** Reads and renders; `beside` is read in the same round trip. */
  open: <B extends Loads>(desk: Desk, beside: () => B) => Promise<{ view: View | Response; beside: Loaded<B> }>
}

/** A page of the desk. Its actions are POSTs to its path, a slash and their name. */
export function page<L extends Loads = Record<never, never>, M = unknown>(definition: Definition<L, M>): DeskPage {
  const { path, needs, nav, isForPortal, load, more, view, actions = {} } = definition
  return {
    path,
    needs,
    nav,
    isForPortal,
    actions,
    async open(desk, beside) {
      const result = await desk.together(() => {
        const own = load ? gathered(load(desk)) : Promise.resolve(undefined)
        return { own, beside: gathered(beside()) }
      })
      // A page without `load` has no results: its type says so.
      const loaded = (result.own ?? {}) as Loaded<L>
      const named = more ? await more(desk, loaded) : undefined
      return { view: view(desk, { ...loaded, ...named } as Loaded<L> & M), beside: result.beside }
    },
  }
}

async function gathered<L extends Loads>(loads: L): Promise<Loaded<L>> {
  const entries = await Promise.all(Object.entries(loads).map(async ([name, load]) => [name, await load]))
  return Object.fromEntries(entries) as Loaded<L>
}

/** The address of a page or an action, from the root. */
export const at = (...parts: string[]): string => [HOME, ...parts].join('/').replace(/\/$/, '')
