// Tokens that live longer than 15 minutes are believed no longer than others: then the database is asked who they are.
import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import { type AppEnv, publicCtx } from '../http/context'
import { presentPerson } from './sessions.service'
import { ACCESS_SECONDS } from './tokens'

const Issued = z.object({ iat: z.number() })

export const revalidateSession = createMiddleware<AppEnv>(async function revalidateSession(c, next) {
  const { data } = Issued.safeParse(c.get('jwtPayload'))
  const isOld = data !== undefined && Date.now() / 1000 - data.iat > ACCESS_SECONDS
  const { actor } = c.var
  if (actor?.type === 'user' && isOld) c.set('actor', await presentPerson(publicCtx(c), actor))
  await next()
})
