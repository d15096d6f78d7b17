// Lists of the desk: sections with their titles, filters as links that stand in the address, and the way to the next page.
import type { Child, FC, PropsWithChildren } from 'hono/jsx'
import type { Desk } from '../desk'
import { Icon } from './icons'

/** What marks a part that changes while the page is open: its name, and what is said then. */
export type Fresh = { 'data-fresh': string; 'data-news'?: string }
export const fresh = ({ words }: Pick<Desk, 'words'>, name: string, title?: string): Fresh => ({
  'data-fresh': name,
  ...(title && { 'data-news': words.frame.changed(title) }),
})

type SectionProps = PropsWithChildren<{
  id: string
  title: string
  note?: Child
  more?: { href: string; label: string }
  class?: string
  /** Where a script runs, it shows what changes while the page is open. */
  fresh?: Fresh
}>

/** A titled part of a page. */
export const Section: FC<SectionProps> = ({ id, title, note, more, class: kind = '', fresh, children }) => (
  <section class={`section ${kind}`} aria-labelledby={id} {...fresh}>
    <div class="head">
      <h2 id={id}>{title}</h2>
      {note && <span class="note">{note}</span>}
      {more && (
        <a class="all" href={more.href}>
          {more.label}
        </a>
      )}
    </div>
    {children}
  </section>
)

/** An empty list: how it is filled, with the control to do it. */
export const Empty: FC<PropsWithChildren<{ text: string }>> = ({ text, children }) => (
  <div class="empty">
    <p>{text}</p>
    {children}
  </div>
)

type NothingProps = { desk: Desk; path: string; none: string; add?: { href: string; label: string } }

/** A list without rows: filters that can be cleared, or how the list is filled. */
export const Nothing: FC<NothingProps> = ({ desk, path, none, add }) => {
  const { list } = desk.words
  if ([...desk.query.keys()].some((name) => name !== 'sort')) {
    return (
      <Empty text={list.nothingFound}>
        <a href={path}>{list.clear}</a>
      </Empty>
    )
  }
  return (
    <Empty text={none}>
      {add && (
        <a class="button" href={add.href}>
          {add.label}
        </a>
      )}
    </Empty>
  )
}

/** The address of a list with some of its parameters changed; an empty one is left out, and the page begins anew. */
export function addressWith(path: string, query: URLSearchParams, changes: Record<string, string | undefined>): string {
  const next = new URLSearchParams(query)
  next.delete('cursor')
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value)
    else next.delete(name)
  }
  const text = next.toString()
  return text ? `${path}?${text}` : path
}

export type Choice = { value: string; label: string }
type ChipsProps = { desk: Desk; path: string; name: string; label: string; choices: readonly Choice[] }

/** A filter as links, the first of which is usual. */
export const Chips: FC<ChipsProps> = ({ desk, path, name, label, choices }) => {
  const chosen = desk.query.get(name) ?? ''
  return (
    <nav class="chips" aria-label={label}>
      {choices.map(({ value, label: text }) => (
        <a href={addressWith(path, desk.query, { [name]: value })} aria-current={value === chosen ? 'true' : undefined}>
          {text}
        </a>
      ))}
    </nav>
  )
}

type PickerProps = {
  desk: Desk
  path: string
  selects: readonly { name: string; label: string; choices: readonly Choice[] }[]
  /** What is searched; a list without it has no search. */
  search?: string
}

/** The search and the further filters of a list, in one form that keeps the others. */
export const Picker: FC<PickerProps> = ({ desk, path, selects, search }) => {
  const own = new Set(['q', 'cursor', ...selects.map(({ name }) => name)])
  const kept = [...desk.query].filter(([name]) => !own.has(name))
  return (
    <form class="picker" action={path} method="get">
      {kept.map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {search && (
        <span class="find">
          <Icon name="search" />
          <input
            type="search"
            name="q"
            aria-label={search}
            placeholder={search}
            maxlength={100}
            value={desk.query.get('q') ?? ''}
          />
        </span>
      )}
      {selects.map(({ name, label, choices }) => (
        <select name={name} aria-label={label} data-submits>
          {choices.map(({ value, label: text }) => (
            <option value={value} selected={value === (desk.query.get(name) ?? '')}>
              {text}
            </option>
          ))}
        </select>
      ))}
      <button type="submit" data-unscripted>
        {desk.words.list.apply}
      </button>
    </form>
  )
}

type PagesProps = {
  desk: Desk
  path: string
  shown: number
  nextCursor: string | null
  total?: number
  totalCapped?: true
  of: (count: number, text: string) => string
}

/** How many there are, and the way on. */
export const Pages: FC<PagesProps> = ({ desk, path, shown, nextCursor, total, totalCapped, of }) => {
  const { list } = desk.words
  const isLater = desk.query.has('cursor')
  const number = new Intl.NumberFormat(desk.locale)
  const all = total === undefined ? undefined : of(total, `${number.format(total)}${totalCapped ? '+' : ''}`)
  if (shown === 0 && !isLater && !total) return null
  return (
    <nav class="pages" aria-label={list.pages}>
      <span class="note">{all ?? of(shown, number.format(shown))}</span>
      {isLater && <a href={addressWith(path, desk.query, {})}>{list.first}</a>}
      {nextCursor && (
        <a class="button" rel="next" href={nextAddress(path, desk.query, nextCursor)}>
          {list.next}
          <Icon name="next" />
        </a>
      )}
    </nav>
  )
}

function nextAddress(path: string, query: URLSearchParams, cursor: string): string {
  const next = new URLSearchParams(query)
  next.set('cursor', cursor)
  return `${path}?${next}`
}
