// /problems/{code}: what an error means, as a page for people and as JSON for programs. The `type` of a problem leads here.
import { createRoute, z } from '@hono/zod-openapi'
import { accepts } from 'hono/accepts'
import { AppError, ERRORS, type ErrorCode, errors, isErrorCode, Problem } from '../errors'
import { raw } from '../field-schemas'
import { open } from '../http/allow'
import { createRouter } from '../http/router'
import { loadExplanations } from '../late'
import { ProblemList, ProblemPage } from './problems.page'

const tags = ['Health']

const Explanation = z
  .object({
    code: z.string(),
    status: z.number().int(),
    title: z.string(),
    why: z.string().openapi({ description: 'Why it happens.' }),
    mend: z.string().openapi({ description: 'What to do.' }),
    example: Problem,
  })
  .openapi('Explanation')

const explainProblemRoute = createRoute({
  method: 'get',
  path: '/problems/{code}',
  ...open,
  operationId: 'explainProblem',
  tags,
  summary: 'Explain an error',
  description: 'The `type` of a problem document links to this. A browser gets a page.',
  request: { params: z.strictObject({ code: raw(60).openapi({ example: 'already_claimed' }) }) },
  responses: {
    200: {
      description: 'The error, as JSON or, where the client asks for it, as a page',
      content: { 'application/json': { schema: Explanation }, 'text/html': { schema: z.string() } },
    },
    ...errors('invalid', 'not_found', 'rate_limited'),
  },
})

// The page needs its style sheet and nothing else.
const PAGE = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Cache-Control': 'max-age=300',
  Vary: 'Accept',
}
const HTML = 'text/html'
const isForPeople = (c: Parameters<typeof accepts>[0]) =>
  accepts(c, { header: 'Accept', supports: [HTML, 'application/json'], default: 'application/json' }) === HTML

async function explanationOf(code: ErrorCode, origin: string) {
  const { EXPLANATIONS } = await loadExplanations()
  const [status, title] = ERRORS[code]
  const example = {
    type: `${origin}/problems/${code}`,
    title,
    status,
    code,
    requestId: '6f1c2b0e-5d0f-4c8e-9a51-3f1de0a7c210',
  }
  return { code, status, title, ...EXPLANATIONS[code], example }
}

export const problemRoutes = createRouter()
  .openapi(explainProblemRoute, async (c) => {
    const { code } = c.req.valid('param')
    if (!isErrorCode(code)) throw new AppError('not_found')
    const explanation = await explanationOf(code, new URL(c.req.url).origin)
    if (!isForPeople(c)) return c.json(explanation, 200, { Vary: 'Accept' })
    return c.html(<ProblemPage {...explanation} />, 200, PAGE)
  })
  .get('/problems', (c) => c.html(<ProblemList />, 200, PAGE))
