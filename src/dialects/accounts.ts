// dialects: accounts that several dialects share: /api/auth/register and /api/auth/login, with one answer for `leads` and
// `enquiries`, and the change of a member.
import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { isOwnRole } from '../access/person'
import { login } from '../auth/auth.service'
import { Password } from '../auth/passwords'
import { registerInSharedWorkspace } from '../auth/shared-registration.service'
import type { Ctx } from '../context'
import { email, raw } from '../field-schemas'
import { type AppEnv, publicCtx } from '../http/context'
import { mailAddress } from '../text/address'
import { updateUser } from '../users/users.service'
import { anyCtx, client, describe, validates } from './dialect'
import { blankAsAbsent, nameWords, nullIfBlank, oneOf, STRING } from './fields'

export const ROLES = ['ADMIN', 'MANAGER', 'SALES'] as const

const Registration = z.object({
  name: nullIfBlank(nameWords(STRING)),
  email: email(),
  password: Password,
  role: blankAsAbsent(oneOf(ROLES).default('SALES')),
})

const Credentials = z.object({ email: raw(254), password: raw(1000) })

export const Member = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

/** The answer to a sign-in: `leads` has its fields at the top, `enquiries` in `data`. Where both are on, it has both. */
const SignedIn = z.object({
  success: z.literal(true).optional(),
  data: z.object({ user: Member, token: z.string() }).optional(),
  accessToken: z.string().optional(),
  refreshToken: z.string().optional(),
  user: Member.optional(),
})

/** Adds registering and signing in, at the paths that both share. */
export function addAccounts(app: Hono<AppEnv>): void {
  app.post(
    '/api/auth/register',
    describe('Register', { 201: SignedIn }),
    validates('json', Registration),
    async (c) => {
      const { name, ...input } = c.req.valid('json')
      const displayName = name ?? input.email.split('@')[0] ?? input.email
      return c.json(
        signedInBody(c, await registerInSharedWorkspace(anyCtx(c), { ...input, name: displayName }, clientForADay(c))),
        201,
      )
    },
  )
  app.post('/api/auth/login', describe('Sign in', { 200: SignedIn }), validates('json', Credentials), async (c) =>
    c.json(signedInBody(c, await login(publicCtx(c), c.req.valid('json'), clientForADay(c))), 200),
  )
}

type MemberPatch = {
  name?: string
  role?: (typeof ROLES)[number]
  email?: string
}
/** Changes a member. A form may send the whole record back: the member's own role, unchanged, is then left out. */
export function changeMember(ctx: Ctx, id: string, { name, role, email }: MemberPatch) {
  const isUnchangedRole = isOwnRole(ctx.actor, id, role)
  const patch = { ...(name === undefined ? {} : { name }), ...(role === undefined || isUnchangedRole ? {} : { role }) }
  return updateUser(ctx, id, patch, { email: email === undefined ? undefined : (mailAddress(email.trim()) ?? email) })
}

// `enquiries` has no refresh tokens.
const clientForADay = (c: Context<AppEnv>) => client(c, { isForADay: c.var.config.DIALECTS.includes('enquiries') })

function signedInBody(c: Context<AppEnv>, session: { user: object; accessToken: string; refreshToken: string }) {
  const { user, accessToken, refreshToken } = session
  const { DIALECTS } = c.var.config
  return SignedIn.parse({
    ...(DIALECTS.includes('enquiries') ? { success: true, data: { user, token: accessToken } } : {}),
    ...(DIALECTS.includes('leads') ? { accessToken, refreshToken, user } : {}),
  })
}
