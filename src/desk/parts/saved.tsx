// Views above a list: a tab for each, and a form that saves what the list is asked now as one.
import type { FC } from 'hono/jsx'
import { AppError } from '../../errors'
import type { FilterTree } from '../../filters/filters.tree'
import type { Viewed } from '../../records/list.definition'
import { NewView } from '../../views/views.schemas'
import {
  createView,
  deleteView,
  getView,
  type listViews,
  type ViewEntity,
  viewedQuery,
} from '../../views/views.service'
import type { Desk } from '../desk'
import { parsed } from '../desk.form'
import type { Action } from '../page'
import { Act, Form } from './forms'
import { Icon } from './icons'

type Saved = Awaited<ReturnType<typeof listViews>>['data']
/** The conditions that a parameter of the address stands for. */
type Asked = { [parameter: string]: (value: string) => FilterTree }

const eq = (field: string) => (value: string) => ({ field, op: 'eq' as const, value })
const ofMember = (field: string) => (value: string) =>
  value === 'none' ? { field, op: 'empty' as const } : { field, op: 'eq' as const, value }
const contained = (fields: readonly string[]) => (value: string) => ({
  or: fields.map((field) => ({ field, op: 'contains' as const, value })),
})
const oneOf = (field: string) => (value: string) => ({ field, op: 'in' as const, value: value.split(',') })

const ASKED = {
  lead: {
    status: oneOf('status'),
    owner: ofMember('ownerId'),
    source: eq('source'),
    tag: eq('tags'),
    q: contained(['title', 'name', 'email', 'interest', 'phone']),
  },
  customer: {
    owner: ofMember('ownerId'),
    tag: eq('tags'),
    q: contained(['name', 'emails', 'phones', 'company', 'jobTitle']),
  },
  ticket: {
    status: oneOf('status'),
    priority: oneOf('priority'),
    assignee: ofMember('assigneeId'),
    tag: eq('tags'),
    q: contained(['title', 'description']),
  },
} satisfies { [E in ViewEntity]?: Asked }
type ListedEntity = keyof typeof ASKED

/** A list by the view that its question names. Without one it is asked at once, in the round trip of the page. */
export function viewedList<Q extends { view?: string }, L>(
  desk: Desk,
  entity: ViewEntity,
  question: Q,
  list: (asked: Omit<Q, 'view'> & { viewed?: Viewed }) => Promise<L>,
): Promise<L> {
  if (question.view === undefined) return list(question)
  const { view: _, ...withoutView } = question
  // A view that was deleted meanwhile is left out, as every filter is that is none.
  const asked = viewedQuery(desk.ctx, entity, question).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'invalid') return withoutView
    throw error
  })
  return asked.then(list)
}

type Props = { desk: Desk; path: string; entity: ListedEntity; views: Saved }

/** The tabs of the views, and the form to save one. */
export const SavedViews: FC<Props> = ({ desk, path, entity, views }) => {
  const { saved } = desk.words
  const chosen = desk.query.get('view') ?? ''
  const view = views.find(({ id }) => id === chosen)
  const asked = [...desk.query].filter(([name, value]) => value !== '' && (name in ASKED[entity] || name === 'sort'))
  const isChangeable = view && (view.ownerId === desk.ctx.actor.id || desk.can('fields:write'))
  return (
    <div class="saved">
      {views.length > 0 && (
        <nav class="chips" aria-label={saved.views}>
          <a href={path} aria-current={view ? undefined : 'true'}>
            {saved.none}
          </a>
          {views.map(({ id, name, shared }) => (
            <a href={`${path}?view=${id}`} aria-current={id === chosen ? 'true' : undefined}>
              {name}
              {!shared && <span class="hidden"> {saved.onlyYou}</span>}
            </a>
          ))}
        </nav>
      )}
      {asked.length > 0 && (
        <details class="menu">
          <summary>
            <Icon name="plus" />
            {saved.save}
          </summary>
          <Form desk={desk} action={`${path}/save-view`} fields={Object.fromEntries([...asked, ['view', chosen]])}>
            <label>
              {saved.name}
              <input name="name" required maxlength={100} />
            </label>
            <label>
              <input type="checkbox" name="shared" value="true" /> {saved.share}
            </label>
            <button type="submit">{saved.save}</button>
          </Form>
        </details>
      )}
      {isChangeable && (
        <Act
          desk={desk}
          action={`${path}/delete-view`}
          label={saved.delete}
          about={view.name}
          fields={{ view: view.id, back: path }}
          confirm={saved.sure}
        />
      )}
    </div>
  )
}

/** What can be done with the views of a list. */
export function viewActions(path: string, entity: ListedEntity): Record<string, Action> {
  return {
    'save-view': {
      needs: 'views:write',
      isQuick: true,
      async run({ ctx, form, words }) {
        const known: Asked = ASKED[entity]
        const conditions = Object.entries(known).flatMap(([name, condition]) =>
          form.get(name) === '' ? [] : [condition(form.get(name))],
        )
        const base = form.get('view') === '' ? undefined : await getView(ctx, form.get('view'))
        const parts = [...(base?.filter ? [base.filter] : []), ...conditions]
        const input = parsed(NewView, {
          entity,
          name: form.get('name'),
          shared: form.get('shared') === 'true',
          filter: parts.length > 1 ? { and: parts } : (parts[0] ?? null),
          sort: form.get('sort') || base?.sort || null,
        })
        const view = await createView(ctx, input)
        return { to: `${path}?view=${view.id}`, say: words.saved.isSaved(view.name) }
      },
    },
    'delete-view': {
      needs: 'views:write',
      isQuick: true,
      isAsked: true,
      async run({ ctx, form, words }) {
        await deleteView(ctx, form.get('view'))
        return { to: path, say: words.saved.isDeleted }
      },
    },
  }
}
