// Demo data: the workspace, whoever signs in to it, and the invitations they came by.
import { DAY, HOUR } from './demo-random.ts'
import { iso } from './demo-world.ts'

export const PASSWORD = 'northwind-demo'
/** The account that tells whether the demo data is there: an e-mail address never changes. */
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

export function makeTeam(world, { passwordHash }) {
  const founded = world.now - 366 * DAY
  const workspace = world.add('workspaces', founded, {
    name: 'Northwind Academy',
    slug: 'northwind-academy',
    time_zone: 'UTC',
    default_country: null,
    version: 1,
    updated_at: iso(founded),
  })
  const [admin, manager, ...others] = MEMBERS.map(({ role, ...member }, i) => {
    const joined = founded + i * HOUR
    return world.add('users', joined, {
      workspace_id: workspace.id,
      ...member,
      role,
      password_hash: passwordHash,
      version: 1,
      updated_at: iso(joined),
    })
  })
  world.tell('user.registered', admin, founded)
  const patch = { slug: SLUG, time_zone: 'Europe/London', default_country: 'GB' }
  world.change('workspace.updated', workspace, founded + HOUR / 4, admin, patch)
  for (const member of [manager, ...others]) {
    const joined = Date.parse(member.created_at)
    world.tell('user.registered', member, joined)
    invite(world, admin, joined - HOUR / 2, member)
  }
  invite(world, admin, world.now - 2 * DAY, { email: 'ines@northwind.example', role: 'SALES' })
  return { workspace, admin, manager, sellers: others.slice(0, 2), portal: others[2] }
}

function invite(world, admin, at, { id, email, role, created_at }) {
  const invitation = world.add('one_time_tokens', at, {
    kind: 'INVITATION',
    workspace_id: admin.workspace_id,
    token_hash: world.random.hex(43),
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
