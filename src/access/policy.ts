// Who may do what: the only place where roles stand. 'all' reaches the whole workspace, 'own' what belongs to oneself.
import type { ROLES } from '../db/schema/users'

export type Role = (typeof ROLES)[number]
export type Reach = 'all' | 'own'

export const PERMISSIONS = {
  'account:read': 'See your own account and sessions.',
  'account:write': 'Change your own password and end your own sessions.',
  'workspace:read': 'See the workspace.',
  'workspace:write': 'Rename and configure the workspace.',
  'invitations:write': 'Invite people, list and withdraw invitations.',
  'users:read': 'See the members of the team.',
  'users:write': 'Change a member’s name and time zone.',
  'users:admin': 'Change a member’s role and status, and remove members.',
  'leads:read': 'See leads.',
  'leads:write': 'Create, change, trash and convert leads.',
  'leads:claim': 'See the pool of unclaimed leads and claim from it.',
  'leads:assign': 'Give a lead to any active member.',
  'events:read': 'Read the audit trail.',
} as const

export type Permission = keyof typeof PERMISSIONS

const everybody = { 'account:read': 'own', 'account:write': 'own', 'workspace:read': 'all' } as const

const manager = {
  ...everybody,
  'users:read': 'all',
  'users:write': 'own',
  'leads:read': 'all',
  'leads:write': 'all',
  'leads:claim': 'all',
  'leads:assign': 'all',
  'events:read': 'all',
} as const

export const POLICY: Record<Role, Partial<Record<Permission, Reach>>> = {
  ADMIN: {
    ...manager,
    'workspace:write': 'all',
    'invitations:write': 'all',
    'users:write': 'all',
    'users:admin': 'all',
  },
  MANAGER: manager,
  SALES: {
    ...everybody,
    'users:read': 'own',
    'users:write': 'own',
    'leads:read': 'own',
    'leads:write': 'own',
    'leads:claim': 'all',
  },
  CUSTOMER: { ...everybody, 'users:read': 'own', 'users:write': 'own' },
}

/** Who is asking, from a verified token. */
export type Actor = { type: 'user'; id: string; workspaceId: string; role: Role; sessionId: string }

/** How far a permission reaches for this actor, or undefined when the role lacks it. */
export function reach(actor: Actor, permission: Permission): Reach | undefined {
  return POLICY[actor.role][permission]
}
