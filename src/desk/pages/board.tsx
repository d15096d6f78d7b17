// Leads: the board, a column for each status; a card moves by its choice or, where a script runs, by dragging.
import type { FC } from 'hono/jsx'
import { LEAD_STATUSES } from '../../db/schema/leads'
import { listLeads } from '../../leads/leads.list'
import type { LeadRow } from '../../leads/leads.record'
import { LeadFilters } from '../../leads/leads.schemas'
import type { Desk } from '../desk'
import { membersOf, type Names, namesOf } from '../desk.names'
import { questionOf } from '../desk.question'
import { at, page } from '../page'
import { Changer } from '../parts/forms'
import { Avatar } from '../parts/layout'
import { addressWith, fresh, Picker } from '../parts/lists'
import { leadName, leadPath, leadSubject } from '../parts/records'
import { count, Time } from '../parts/times'
import { Views } from '../parts/views'
import { ownerChoices } from './leads'

const PATH = at('leads/board')
const CARDS = 25
type Status = (typeof LEAD_STATUSES)[number]

export const boardPage = page({
  path: '/leads/board',
  needs: 'leads:read',
  load: (desk) => {
    const { owner, q } = questionOf(desk, LeadFilters.pick({ owner: true, q: true }).strip(), {})
    const column = (status: Status, limit = CARDS) =>
      listLeads(desk.ctx, { status: [status], owner, q, limit, total: true })
    return {
      NEW: column('NEW'),
      CONTACTED: column('CONTACTED'),
      QUALIFIED: column('QUALIFIED'),
      // Of what is closed, only the number, until it is asked for.
      CLOSED: column('CLOSED', desk.query.has('closed') ? CARDS : 1),
      members: desk.can('leads:assign') ? membersOf(desk.ctx) : Promise.resolve([]),
    }
  },
  more: async ({ ctx }, { NEW, CONTACTED, QUALIFIED, CLOSED }) => ({
    names: await namesOf(
      ctx,
      [NEW, CONTACTED, QUALIFIED, CLOSED].flatMap(({ rows }) => rows.map(({ ownerId }) => ownerId)),
    ),
  }),
  view: (desk, { members, names, ...columns }) => {
    const { words } = desk
    return {
      title: words.nav.leads,
      isWide: true,
      isLive: true,
      tools: <Views desk={desk} isBoard />,
      content: (
        <>
          <div class="filters">
            <Picker
              desk={desk}
              path={PATH}
              search={words.lead.search}
              selects={[{ name: 'owner', label: words.record.owner, choices: ownerChoices(desk, members) }]}
            />
          </div>
          <div class="board" {...fresh(desk, 'board', words.nav.leads)}>
            {LEAD_STATUSES.map((status) => (
              <Column desk={desk} status={status} {...columns[status]} names={names} />
            ))}
          </div>
        </>
      ),
    }
  },
})

type ColumnProps = { desk: Desk; status: Status; rows: LeadRow[]; total?: number; totalCapped?: boolean; names: Names }

const Column: FC<ColumnProps> = ({ desk, status, rows, total = rows.length, totalCapped, names }) => {
  const { words } = desk
  const isShut = status === 'CLOSED' && !desk.query.has('closed')
  const all = `${count(total, desk)}${totalCapped ? '+' : ''}`
  const list = addressWith(at('leads'), new URLSearchParams(), { status, owner: desk.query.get('owner') ?? undefined })
  return (
    <section class="column" data-status={status} aria-labelledby={`column-${status}`}>
      <div class="head">
        <h2 id={`column-${status}`}>{words.status[status]}</h2>
        <span class="note">{total > rows.length && !isShut ? words.list.partOf(rows.length, all) : all}</span>
        {total > rows.length && !isShut && (
          <a class="all" href={list}>
            {words.list.all}
          </a>
        )}
      </div>
      {isShut ? (
        <a class="button quiet" href={addressWith(PATH, desk.query, { closed: '1' })}>
          {words.lead.showClosed}
        </a>
      ) : (
        <ul class="cards">
          {rows.map((lead) => (
            <Card desk={desk} lead={lead} names={names} />
          ))}
        </ul>
      )}
    </section>
  )
}

const Card: FC<{ desk: Desk; lead: LeadRow; names: Names }> = ({ desk, lead, names }) => {
  const { words } = desk
  const isMine = lead.ownerId === desk.ctx.actor.id || desk.can('leads:assign')
  const isLate = lead.followUpAt !== null && lead.followUpAt < desk.at && lead.status !== 'CLOSED'
  const owner = names.get(lead.ownerId ?? '')?.name
  return (
    <li class="deal" id={`card-${lead.id}`}>
      <div class="first">
        <a class="name" dir="auto" href={leadPath(lead.id)}>
          {leadName(lead)}
        </a>
        {owner && <Avatar name={owner} />}
      </div>
      {leadSubject(lead) && <span class="note">{leadSubject(lead)}</span>}
      <div class="foot">
        <span class="owner">
          {isLate && <span class="dot" role="img" aria-label={words.today.overdue} title={words.today.overdue} />}
          <Time desk={desk} at={lead.createdAt} class="note" />
        </span>
        {isMine && (
          <Changer
            desk={desk}
            action={leadPath(lead.id, 'status')}
            name="status"
            label={words.lead.move(leadName(lead))}
            value={lead.status}
            options={LEAD_STATUSES.map((value) => ({ value, label: words.status[value] ?? value }))}
            fields={{ was: lead.status }}
          />
        )}
      </div>
    </li>
  )
}
