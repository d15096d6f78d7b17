// Tokens that live longer than 15 minutes are believed no longer than others: then the database is asked who they are.
import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import { presentActor } from '../auth/sessions.service'
import { ACCESS_SECONDS } from '../auth/tokens'
import { type AppEnv, ctx } from './context'

const Issued = z.object({ iat: z.number() })

export const reaffirm = createMiddleware<AppEnv>(async function reaffirm(c, next) {
  const { data } = Issued.safeParse(c.get('jwtPayload'))
  const isOld = data !== undefined && Date.now() / 1000 - data.iat > ACCESS_SECONDS
  if (c.var.actor && isOld) c.set('actor', await presentActor(ctx(c)))
  await next()
})
