// Demo data: the workspace, its users and their invitations.
import { DAY, HOUR } from './demo-random.ts'
import type { User } from './demo-rows.ts'
import { iso, type World } from './demo-world.ts'

export const PASSWORD = 'northwind-demo'
/** The demo data is there if this account is: an e-mail address never changes. */
export const ADMIN_EMAIL = 'maya@northwind.example'

/** How a public form names the demo workspace. */
export const SLUG = 'northwind'

const MEMBERS = [
  { role: 'ADMIN', name: 'Maya Lindqvist', email: ADMIN_EMAIL, time_zone: 'Europe/London' },
  { role: 'MANAGER', name: 'Tomás Ferreira', email: 'tomas@northwind.example', time_zone: 'Europe/Lisbon' },
  { role: 'SALES', name: 'Aoife Ní Bhriain', email: 'aoife@northwind.example', time_zone: 'Europe/Dublin' },
  { role: 'SALES', name: '渡辺 健太', email: 'kenta@northwind.example', time_zone: 'Asia/Tokyo' },
  { role: 'CUSTOMER', name: 'Zoë Okafor', email: 'zoe.okafor@example.com', time_zone: 'UTC' },
]

export const LOGINS = MEMBERS.map(({ role, email }) => ({ role, email, password: PASSWORD }))

export type Team = ReturnType<typeof makeTeam>

export function makeTeam(world: World, { passwordHash }: { passwordHash: string }) {
  const founded = world.now - 366 * DAY
  const workspace = world.add('workspaces', {
    id: world.random.hex(12),
    created_at: iso(founded),
    name: 'Northwind Academy',
    slug: 'northwind-academy',
    time_zone: 'UTC',
    default_country: null,
    version: 1,
    updated_at: iso(founded),
  })
  const members = MEMBERS.map(({ role, ...member }, i) => {
    const joined = founded + i * HOUR
    return world.add('users', {
      ...world.made(joined),
      workspace_id: workspace.id,
      ...member,
      role,
      password_hash: passwordHash,
      version: 1,
      updated_at: iso(joined),
    })
  })
  const member = (role: string) => {
    const found = members.find((each) => each.role === role)
    if (!found) throw new Error(`The demo team has no ${role}.`)
    return found
  }
  const [admin, manager, portal] = [member('ADMIN'), member('MANAGER'), member('CUSTOMER')]
  world.tell('user.registered', admin, founded)
  const patch = { slug: SLUG, time_zone: 'Europe/London', default_country: 'GB' }
  world.change('workspace.updated', workspace, founded + HOUR / 4, admin, patch)
  for (const invited of members.slice(1)) {
    const joined = Date.parse(invited.created_at)
    world.tell('user.registered', invited, joined)
    invite(world, admin, joined - HOUR / 2, invited)
  }
  invite(world, admin, world.now - 2 * DAY, { email: 'ines@northwind.example', role: 'SALES' })
  return { workspace, admin, manager, sellers: members.filter(({ role }) => role === 'SALES'), portal }
}

type Invited = Pick<User, 'email' | 'role'> & Partial<Pick<User, 'id' | 'created_at'>>

function invite(world: World, admin: User, at: number, { id, email, role, created_at }: Invited) {
  const token_hash = world.random.hex(43)
  const invitation = world.add('one_time_tokens', {
    ...world.made(at),
    kind: 'INVITATION',
    workspace_id: admin.workspace_id,
    token_hash,
    email,
    role,
    created_by: admin.id,
    expires_at: iso(at + 7 * DAY),
    used_at: created_at ?? null,
    used_by: id ?? null,
  })
  const changes = { email: [null, email], role: [null, role] }
  world.tell('invitation.created', invitation, at, admin, changes)
}
