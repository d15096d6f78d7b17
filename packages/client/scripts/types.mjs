// Writes src/schema.ts, the types of the API, from the OpenAPI document that is checked in.
import { readFile, writeFile } from 'node:fs/promises'
import openapiTypescript, { astToString } from 'openapi-typescript'
import ts from 'typescript'

const DOCUMENT = new URL('../../../openapi/edge-crm.json', import.meta.url)
const TARGET = new URL('../src/schema.ts', import.meta.url)
const HEAD = '// The types of the API. Made by `npm run types` from openapi/edge-crm.json: do not edit.\n'

const PROBLEM = { $ref: '#/components/schemas/Problem' }
/** What a problem tells besides, by its code; true where it always does. */
const DETAILS = {
  invalid: { errors: true },
  already_claimed: { claimedAt: false, claimedBy: false },
  already_converted: { existingId: true },
  customer_exists: { existingId: false },
  login_taken: { existingId: true },
  merged_away: { existingId: true },
  nothing_imported: { importId: true, errors: true },
  plan_limit: { limit: true, upgradeUrl: false },
  tag_exists: { existingId: true },
}

// In a query everything is text. The client writes booleans and dates as such, so its types say what they mean.
function typeQuery(document) {
  for (const { schema } of operationsOf(document).flatMap(({ parameters = [] }) => parameters)) {
    if (schema?.enum?.join() !== 'true,false') continue
    schema.type = 'boolean'
    delete schema.enum
  }
}

// Every refusal is the same problem. Said once an operation, it keeps a compiler from reading it a thousand times.
function sayProblemsOnce(document) {
  const problem = { description: 'A problem', content: { 'application/problem+json': { schema: PROBLEM } } }
  for (const { responses } of operationsOf(document)) {
    for (const status of Object.keys(responses)) if (Number(status) >= 400) delete responses[status]
    responses.default = problem
    for (const response of Object.values(responses)) delete response.headers
  }
}

// Problems as a union by `code`, so that a comparison of the code tells which other fields there are.
function tellProblemsApart({ components: { schemas } }) {
  const { properties, required } = schemas.Problem
  const details = Object.values(DETAILS).flatMap(Object.keys)
  const common = Object.fromEntries(
    Object.entries(properties).filter(([name]) => name !== 'code' && !details.includes(name)),
  )
  const unnamed = properties.code.enum.filter((code) => !(code in DETAILS))
  const variants = [...Object.keys(DETAILS).map((code) => [code]), unnamed]
  schemas.Problem = {
    oneOf: variants.map((codes) => {
      const present = DETAILS[codes[0]] ?? {}
      return {
        type: 'object',
        properties: {
          ...common,
          code: { type: 'string', enum: codes },
          ...Object.fromEntries(Object.keys(present).map((name) => [name, properties[name]])),
        },
        required: [
          ...required.filter((name) => name in common),
          'code',
          ...Object.keys(present).filter((name) => present[name]),
        ],
      }
    }),
  }
}

/** The lists, said as a table: deriving them from `paths` would cost every application a second of compiling. */
function listsOf({ paths, components: { schemas } }) {
  const lines = Object.entries(paths).flatMap(([path, { get }]) => {
    const name = get?.responses['200']?.content?.['application/json']?.schema?.$ref?.split('/').at(-1)
    if (!schemas[name]?.properties?.nextCursor) return []
    const given = `operations[${JSON.stringify(get.operationId)}]['parameters']`
    return [
      `  ${JSON.stringify(path)}: { item: components['schemas']['${name}']['data'][number]; query: ${given}['query']; path: ${given}['path'] }`,
    ]
  })
  return `/** The paths of lists: what they hold, and what they take. */\nexport interface lists {\n${lines.join('\n')}\n}\n`
}

const operationsOf = ({ paths }) => Object.values(paths).flatMap((path) => Object.values(path))

function dateInQuery(schema, { path = '' }) {
  if (schema.format !== 'date-time' || !path.includes('/parameters/query/')) return undefined
  const text = ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword)
  return ts.factory.createUnionTypeNode([ts.factory.createTypeReferenceNode('Date'), text])
}

const document = JSON.parse(await readFile(DOCUMENT, 'utf8'))
typeQuery(document)
tellProblemsApart(document)
sayProblemsOnce(document)
const nodes = await openapiTypescript(document, { transform: dateInQuery, alphabetize: true })
await writeFile(TARGET, `${HEAD}${astToString(nodes)}\n${listsOf(document)}`)
