// dialects: /api/auth/register and /api/auth/login, which `leads` and `enquiries` share. One answer serves both.
import type { Context } from 'hono'
import { z } from 'zod'
import { login } from '../auth/auth.service'
import { enrol } from '../auth/enrolment.service'
import { Password } from '../auth/passwords'
import { type AppEnv, publicCtx } from '../http/context'
import { email, text } from '../http/fields'
import { anyCtx, client } from './dialect'

export const ROLES = ['ADMIN', 'MANAGER', 'SALES'] as const

export const Registration = z.object({
  name: text(200).nullish(),
  email: email(),
  password: Password,
  role: z.enum(ROLES).default('SALES'),
})

export const Credentials = z.object({ email: z.string().max(254), password: z.string().max(1000) })

export const Member = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
})

/** What `leads` is given alone, `enquiries` in `data`; where both are on, both. */
export const SignedIn = z.object({
  success: z.literal(true).optional(),
  data: z.object({ user: Member, token: z.string() }).optional(),
  accessToken: z.string().optional(),
  refreshToken: z.string().optional(),
  user: Member.optional(),
})

export async function registering(c: Context<AppEnv>, { name, ...input }: z.infer<typeof Registration>) {
  const called = name ?? input.email.split('@')[0] ?? input.email
  return signedIn(c, await enrol(anyCtx(c), { ...input, name: called }, lasting(c)))
}

export async function signingIn(c: Context<AppEnv>, credentials: z.infer<typeof Credentials>) {
  return signedIn(c, await login(publicCtx(c), credentials, lasting(c)))
}

// `enquiries` knows no refreshing.
const lasting = (c: Context<AppEnv>) => client(c, { isForADay: c.var.config.DIALECTS.includes('enquiries') })

function signedIn(c: Context<AppEnv>, session: { user: object; accessToken: string; refreshToken: string }) {
  const { user, accessToken, refreshToken } = session
  const { DIALECTS } = c.var.config
  return SignedIn.parse({
    ...(DIALECTS.includes('enquiries') ? { success: true, data: { user, token: accessToken } } : {}),
    ...(DIALECTS.includes('leads') ? { accessToken, refreshToken, user } : {}),
  })
}
