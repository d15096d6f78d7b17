// Tokens that live longer than 15 minutes are believed no longer than others: then the database is asked who they are.
import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import { presentPerson } from '../auth/sessions.service'
import { ACCESS_SECONDS } from '../auth/tokens'
import { type AppEnv, publicCtx } from './context'

const Issued = z.object({ iat: z.number() })

export const reaffirm = createMiddleware<AppEnv>(async function reaffirm(c, next) {
  const { data } = Issued.safeParse(c.get('jwtPayload'))
  const isOld = data !== undefined && Date.now() / 1000 - data.iat > ACCESS_SECONDS
  const { actor } = c.var
  if (actor?.type === 'user' && isOld) c.set('actor', await presentPerson(publicCtx(c), actor))
  await next()
})
