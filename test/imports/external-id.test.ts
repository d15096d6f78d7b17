// The external id: what another system calls a customer or a lead, unique among the living of a workspace.
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../support/answers'
import { send } from '../support/api'
import { founder } from '../support/factories'

describe.each([
  ['customers', { name: 'Ann' }],
  ['leads', { title: 'Ann' }],
])('an external id of %s', (path, fields) => {
  it('is written, returned, found by, and belongs to one living record', async () => {
    const admin = await founder()
    const other = await founder()
    const post = (json: object, by = admin) => send(`/v1/${path}`, { method: 'POST', token: by.token, json })
    const made = await post({ ...fields, externalId: 'A-17' })
    expect(made.status).toBe(201)
    const { id } = await made.json<{ id: string }>()
    expect((await post({ ...fields, externalId: 'A-17' }, other)).status).toBe(201)
    await refusalOf(post({ ...fields, externalId: 'A-17' }), 409, 'external_id_taken')
    const found = await (await send(`/v1/${path}?externalId=A-17`, { token: admin.token })).json()
    expect(found).toMatchObject({ data: [{ id, externalId: 'A-17' }] })
    expect(await (await send(`/v1/${path}?externalId=a-17`, { token: admin.token })).json()).toMatchObject({ data: [] })
    const second = await (await post({ ...fields, externalId: 'B' })).json<{ id: string }>()
    const patch = send(`/v1/${path}/${second.id}`, {
      method: 'PATCH',
      token: admin.token,
      json: { externalId: 'A-17' },
    })
    await refusalOf(patch, 409, 'external_id_taken')
    await send(`/v1/${path}/${id}`, { method: 'DELETE', token: admin.token })
    expect((await post({ ...fields, externalId: 'A-17' })).status).toBe(201)
    const restored = send(`/v1/${path}/${id}/restore`, { method: 'POST', token: admin.token })
    await refusalOf(restored, 409, 'external_id_taken')
  })
})
