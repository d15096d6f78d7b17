// Dashboard: the latest activity in words: from the audit trail for members who may read it, else from their interactions.
import type { events } from '../db/schema'
import type { InteractionRow } from '../interactions/interactions.record'
import { deed, logging } from './dashboard.words'

/** Who did what, and when. */
export type Deed = { who: string; what: string; at: string }
type Event = typeof events.$inferSelect
type Names = Map<string, string>

/** The ids whose names the sentences about events need. */
export function mentionedIn({ actorId, subjectId, changes }: Event): (string | null)[] {
  return [actorId, subjectId, aboutIn(changes)]
}

const ACTORS: Record<string, string> = { public: 'A visitor', system: 'Edge CRM', key: 'An API key' }

/** Events of the audit trail as sentences. */
export function deedsOf(list: Event[], names: Names): Deed[] {
  return list.map(({ actorType, actorId, verb, subjectId, changes, createdAt }) => {
    // A registration has no actor yet.
    const doer = verb === 'user.registered' ? subjectId : actorId
    const who = names.get(doer ?? '') ?? ACTORS[actorType] ?? 'A former member'
    const whom = names.get(subjectId) ?? names.get(aboutIn(changes) ?? '')
    const type = changes?.type?.[1]
    const isLogged = verb === 'interaction.created' && typeof type === 'string'
    return { who, what: isLogged ? logging(type, whom) : deed(verb, whom), at: createdAt }
  })
}

/** Interactions as sentences. Colleagues have no name: a reader who reaches only own records does not see the team. */
export function talkOf(list: InteractionRow[], names: Names, me: string): Deed[] {
  return list.map(({ createdBy, type, customerId, leadId, occurredAt }) => ({
    who: createdBy === me ? 'You' : 'A colleague',
    what: logging(type, names.get(customerId ?? leadId ?? '')),
    at: occurredAt,
  }))
}

// The id of the customer or lead of an interaction.
function aboutIn(changes: Event['changes']): string | null {
  const id = changes?.customerId?.[1] ?? changes?.leadId?.[1]
  return typeof id === 'string' ? id : null
}
