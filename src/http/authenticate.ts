// Who is asking: Hono's JWT middleware, made soft. Open routes ignore a bad token; `allow()` refuses it.
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import { jwt } from 'hono/jwt'
import { actorOf, VERIFICATION } from '../auth/tokens'
import type { AppEnv } from './context'

export const authenticate = createMiddleware<AppEnv>(async function authenticate(c, next) {
  if (c.req.header('Authorization') !== undefined) {
    const verify = jwt({ secret: c.var.config.JWT_SECRET, alg: 'HS256', verification: VERIFICATION })
    try {
      await verify(c, async () => c.set('actor', actorOf(c.get('jwtPayload'))))
    } catch (error) {
      if (!(error instanceof HTTPException)) throw error
    }
  }
  await next()
})
