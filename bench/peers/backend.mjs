// An enquiry backend as many are written: Express and node-postgres, page numbers by OFFSET, totals by COUNT(*), search by
// ILIKE, claiming by a conditional UPDATE. It runs beside the Worker in bench/peers/run.ts.
import express from 'express'
import jwt from 'jsonwebtoken'
import pg from 'pg'

const { PEER_SECRET, PGHOST, PGPORT, PGUSER, PGDATABASE } = process.env
const pool = new pg.Pool({ max: 10, host: PGHOST, port: Number(PGPORT), user: PGUSER, database: PGDATABASE })
const app = express().use(express.json({ limit: '50mb' }))

app.get('/ready', async (_, answer) => answer.json((await pool.query('SELECT 1 AS one')).rows[0]))

app.post('/enquiries', async ({ body: { name, email, interest } }, answer) => {
  const made = await pool.query(
    `INSERT INTO leads (id, title, status, name, email, interest, created_at, updated_at)
     VALUES (gen_random_uuid(), $1, 'NEW', $2, $3, $4, now(), now()) RETURNING *`,
    [`${interest} for ${name}`, name, email, interest],
  )
  answer.status(201).json(made.rows[0])
})

app.use((request, answer, next) => {
  try {
    request.user = jwt.verify(request.headers.authorization?.slice(7) ?? '', PEER_SECRET)
    next()
  } catch {
    answer.status(401).json({ error: 'unauthenticated' })
  }
})

app.get('/leads/:id', async (request, answer) => {
  const { rows } = await pool.query('SELECT * FROM leads WHERE id = $1', [request.params.id])
  answer.status(rows[0] ? 200 : 404).json(rows[0] ?? { error: 'not found' })
})

app.get('/leads', async ({ query, user }, answer) => {
  const { page = '1', limit = '20', total, owner, q } = query
  const values = []
  const conditions = ['deleted_at IS NULL']
  if (owner === 'me') conditions.push(`owner_id = $${values.push(user.id)}`)
  if (q) {
    const n = values.push(`%${q}%`)
    conditions.push(`(name ILIKE $${n} OR email ILIKE $${n} OR title ILIKE $${n} OR interest ILIKE $${n})`)
  }
  const where = `WHERE ${conditions.join(' AND ')}`
  const rows = pool.query(
    `SELECT * FROM leads ${where} ORDER BY created_at DESC, id DESC LIMIT ${Number(limit)} OFFSET ${(Number(page) - 1) * Number(limit)}`,
    values,
  )
  const counted = total ? pool.query(`SELECT count(*)::int AS n FROM leads ${where}`, values) : undefined
  answer.json({ data: (await rows).rows, ...(counted && { total: (await counted).rows[0].n }) })
})

app.post('/leads/:id/claim', async ({ params, user }, answer) => {
  const { rows } = await pool.query(
    'UPDATE leads SET owner_id = $1, claimed_at = now(), updated_at = now() WHERE id = $2 AND owner_id IS NULL RETURNING *',
    [user.id, params.id],
  )
  answer.status(rows[0] ? 200 : 409).json(rows[0] ?? { error: 'claimed' })
})

app.post('/import', async ({ body }, answer) => {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    for (const { name, email, phone } of body) {
      await client.query('INSERT INTO customers (id, name, email, phone) VALUES (gen_random_uuid(), $1, $2, $3)', [
        name,
        email,
        phone,
      ])
    }
    await client.query('COMMIT')
    answer.status(201).json({ created: body.length })
  } catch (error) {
    await client.query('ROLLBACK')
    answer.status(400).json({ error: String(error) })
  } finally {
    client.release()
  }
})

app.get('/export.csv', async (_, answer) => {
  const { rows } = await pool.query('SELECT * FROM leads WHERE deleted_at IS NULL ORDER BY created_at DESC')
  const cell = (value) =>
    value === null ? '' : `"${String(value instanceof Date ? value.toISOString() : value).replaceAll('"', '""')}"`
  const names = Object.keys(rows[0] ?? {})
  answer
    .type('text/csv')
    .send([names.join(','), ...rows.map((row) => names.map((name) => cell(row[name])).join(','))].join('\r\n'))
})

const server = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
// Between two bursts no connection may end.
server.keepAliveTimeout = 600_000
