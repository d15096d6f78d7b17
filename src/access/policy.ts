// What each role and API key may do. A permission reaches 'all' of the workspace, or only the actor's 'own' records.
import type { ROLES } from '../db/schema/users'
import type { Language } from '../languages'

export type Role = (typeof ROLES)[number]
/** What a permission covers: the whole workspace, or the actor's own records. */
export type Reach = 'all' | 'own'

/** Every permission with its description. */
export const PERMISSIONS = {
  'account:read': 'See your own account and sessions.',
  'account:write': 'Change your own password and end your own sessions.',
  'workspace:read': 'See the workspace.',
  'workspace:write': 'Rename and configure the workspace.',
  'invitations:write': 'Invite people, list and withdraw invitations.',
  'users:read': 'See the members of the team.',
  'users:write': 'Change a member’s name, time zone and language.',
  'users:admin': 'Change a member’s role and status, and remove members.',
  'leads:read': 'See leads.',
  'leads:write': 'Create, change, trash and convert leads.',
  'leads:claim': 'See the pool of unclaimed leads and claim from it.',
  'leads:assign': 'Give a lead to any active member.',
  'customers:read': 'See customers.',
  'customers:write': 'Create, change, tag, relate, merge and trash customers.',
  'self:write': 'As a customer, change name, phone number and company of your own record.',
  'interactions:read': 'See the timelines of the records that you see.',
  'interactions:write': 'Log, change and complete interactions.',
  'tickets:read': 'See tickets.',
  'tickets:write': 'Open tickets, comment on them, close and reopen them.',
  'tickets:handle': 'Change a ticket’s text, priority and status; trash and restore tickets.',
  'tickets:assign': 'Give a ticket to any active member.',
  'tags:read': 'See tags and how often they are used.',
  'tags:write': 'Rename and delete tags.',
  'fields:read': 'See which custom fields and stages there are.',
  'fields:write': 'Define custom fields and stages, change, archive and delete them.',
  'views:read': 'See your own views of lists and those that are shared.',
  'views:write': 'Save views, share them, change and delete them.',
  'analytics:read': 'See the figures of the records that you see.',
  'analytics:team': 'See the figures of each member.',
  'exports:read': 'Export customers, leads, interactions and tickets that you see as files.',
  'personal-data:read': 'Read everything that is stored about a person.',
  'personal-data:erase': 'Erase a person everywhere, permanently.',
  'events:read': 'Read the audit trail.',
  'imports:read': 'See imports and their errors.',
  'imports:write': 'Import records of any kind, cancel and revert imports.',
  'imports:move': 'Import a whole workspace with its ids, into an empty one.',
  'jobs:read': 'See how far work is that goes on after an answer.',
  'jobs:write': 'Cancel jobs.',
  'outbox:read': 'See sent, queued and failed mail, without its content.',
  'outbox:write': 'Retry a mail at once.',
  'api-keys:read': 'See the API keys of the workspace, without their secrets.',
  'api-keys:write': 'Create and revoke API keys.',
  'webhooks:read': 'See webhooks and what became of their deliveries, without secrets.',
  'webhooks:write': 'Make and change webhooks, which get every event of the workspace.',
  'billing:read': 'See the plan, its limits and their use.',
  'billing:write': 'Subscribe, and open the billing portal.',
} as const

export type Permission = keyof typeof PERMISSIONS

/** Permissions for which a valid access token is enough. All others also check in the database that its session is active. */
const EVERYDAY: readonly Permission[] = [
  'account:read',
  'workspace:read',
  'users:read',
  ...(['leads:read', 'leads:write', 'leads:claim'] as const),
  'customers:read',
  'customers:write',
  'self:write',
  'interactions:read',
  'interactions:write',
  'tickets:read',
  'tickets:write',
  'tickets:handle',
  'tags:read',
  'fields:read',
  ...(['views:read', 'views:write', 'analytics:read', 'analytics:team'] as const),
]

/** Whether a valid access token is enough for this permission. */
export const isEveryday = (permission: Permission): boolean => EVERYDAY.includes(permission)
export function isPermission(name: unknown): name is Permission {
  return typeof name === 'string' && Object.hasOwn(PERMISSIONS, name)
}

const everyRole = { 'account:read': 'own', 'account:write': 'own', 'workspace:read': 'all' } as const

const manager = {
  ...everyRole,
  'users:read': 'all',
  'users:write': 'own',
  'leads:read': 'all',
  'leads:write': 'all',
  'leads:claim': 'all',
  'leads:assign': 'all',
  'customers:read': 'all',
  'customers:write': 'all',
  'interactions:read': 'all',
  'interactions:write': 'all',
  'tickets:read': 'all',
  'tickets:write': 'all',
  'tickets:handle': 'all',
  'tickets:assign': 'all',
  'tags:read': 'all',
  'tags:write': 'all',
  'fields:read': 'all',
  'fields:write': 'all',
  'views:read': 'all',
  'views:write': 'all',
  'analytics:read': 'all',
  'analytics:team': 'all',
  'exports:read': 'all',
  'personal-data:read': 'all',
  'events:read': 'all',
  'imports:read': 'all',
  'imports:write': 'all',
  'jobs:read': 'all',
  'jobs:write': 'all',
} as const

/** The permissions of each role, with their reach. */
export const POLICY: Record<Role, Partial<Record<Permission, Reach>>> = {
  ADMIN: {
    ...manager,
    'workspace:write': 'all',
    'imports:move': 'all',
    'invitations:write': 'all',
    'users:write': 'all',
    'users:admin': 'all',
    'personal-data:erase': 'all',
    'outbox:read': 'all',
    'outbox:write': 'all',
    'api-keys:read': 'all',
    'api-keys:write': 'all',
    'webhooks:read': 'all',
    'webhooks:write': 'all',
    'billing:read': 'all',
    'billing:write': 'all',
  },
  MANAGER: manager,
  SALES: {
    ...everyRole,
    'users:read': 'own',
    'users:write': 'own',
    'jobs:read': 'own',
    'jobs:write': 'own',
    'leads:read': 'own',
    'leads:write': 'own',
    'leads:claim': 'all',
    'customers:read': 'own',
    'customers:write': 'own',
    'interactions:read': 'own',
    'interactions:write': 'own',
    'tickets:read': 'own',
    'tickets:write': 'own',
    'tickets:handle': 'own',
    'tags:read': 'own',
    'fields:read': 'all',
    'views:read': 'own',
    'views:write': 'own',
    'analytics:read': 'own',
    'exports:read': 'own',
  },
  CUSTOMER: {
    ...everyRole,
    'users:read': 'own',
    'users:write': 'own',
    'customers:read': 'own',
    'self:write': 'own',
    'interactions:read': 'own',
    'tickets:read': 'own',
    'tickets:write': 'own',
  },
}

/** The roles that reach the whole workspace with a permission. */
export function rolesReaching(permission: Permission): Role[] {
  const roles: Role[] = ['ADMIN', 'MANAGER', 'SALES', 'CUSTOMER']
  return roles.filter((role) => POLICY[role][permission] === 'all')
}

/** The roles that open registration grants; only an ADMIN grants another one. */
export const OPEN_REGISTRATION_ROLES: readonly Role[] = ['SALES', 'CUSTOMER']

/** Permissions that no API key can hold, and why. */
const NOT_FOR_KEYS = {
  'account:read': 'it has no account',
  'account:write': 'it has no account',
  'leads:claim': 'it owns nothing, so assign the lead to a member instead',
  'self:write': 'it is not a customer',
  'api-keys:read': 'only people manage keys',
  'api-keys:write': 'only people manage keys',
} as const satisfies Partial<Record<Permission, string>>

/** A permission that an API key can hold: an ADMIN has it, and it needs no person. */
export type Scope = Exclude<Permission, keyof typeof NOT_FOR_KEYS>

export function isScope(name: string): name is Scope {
  return Object.hasOwn(POLICY.ADMIN, name) && !Object.hasOwn(NOT_FOR_KEYS, name)
}

/** All scopes, in the order of `PERMISSIONS`. */
export const SCOPES: Scope[] = Object.keys(PERMISSIONS).filter(isScope)

/** A person, as a verified access token says. */
export type Person = {
  type: 'user'
  id: string
  workspaceId: string
  role: Role
  sessionId: string
  /** The workspace's default country, for phone numbers, when the token was issued. */
  country: string | null
  /** The user's time zone, in which a day begins and ends, when the token was issued. */
  timeZone: string
  /** The language that the user had chosen when the token was issued; null for that of the browser. */
  language: Language | null
  /** Whether the user's address was verified when the token was issued. */
  emailVerified: boolean
}

/** A machine, as an API key says; country and time zone are the workspace's. */
export type Machine = Pick<Person, 'id' | 'workspaceId' | 'country' | 'timeZone'> & {
  type: 'key'
  scopes: readonly Scope[]
}

/** The roles of the team. Its members can own leads, and each takes a seat of the plan. */
export const TEAM = rolesReaching('leads:claim')

/** Whether a role belongs to the team and is not CUSTOMER. */
export const isTeamRole = (role: Role): boolean => TEAM.includes(role)

/** The caller of a verb. */
export type Actor = Person | Machine

/** The reach of a permission for this actor; undefined if role or key lacks it. A scope of a key reaches all. */
export function reach(actor: Actor, permission: Permission): Reach | undefined {
  if (actor.type === 'user') return POLICY[actor.role][permission]
  return actor.scopes.some((scope) => scope === permission) ? 'all' : undefined
}

/** Text for a refusal: which permission the actor lacks. */
export function missingPermission(actor: Actor, permission: Permission): string {
  if (actor.type === 'user') return `Role ${actor.role} lacks the permission ${permission}.`
  if (isScope(permission)) return `The API key lacks the scope ${permission}.`
  return `No API key has the permission ${permission}: ${NOT_FOR_KEYS[permission]}.`
}
