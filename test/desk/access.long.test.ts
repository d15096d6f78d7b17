// Who may open which page of the desk and do what there: every role at every page and action, by the list that makes them.
import { beforeAll, describe, expect, it } from 'vitest'
import { POLICY, type Role } from '../../src/access/policy'
import type { DeskPage, Needs } from '../../src/desk/page'
import { PAGES } from '../../src/desk/pages'
import { browser, markIn, textOf } from '../support/desk'
import { team } from '../support/factories'

const ROLES = ['ADMIN', 'MANAGER', 'SALES', 'CUSTOMER'] as const
const NOBODY = '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e'
const addressOf = (path: string) =>
  `/dashboard${path === '/' ? '' : path}`.replace(':id', NOBODY).replace(':provider', 'google')

type Asked = { name: string; needs: Needs; page: DeskPage; action?: string }
const asked: Asked[] = PAGES.flatMap((page): Asked[] => [
  { name: `GET ${page.path}`, needs: page.needs, page },
  ...Object.entries(page.actions).map(([action, { needs }]) => ({
    name: `POST ${page.path} ${action}`,
    needs,
    page,
    action,
  })),
])
/** What ends the session or opens another one, and so would change who asks. */
const DOORS = /sign-|register|reset-password|verify-email|change-email|forgot-password|oauth|enquire/

const people = new Map<Role, { it: ReturnType<typeof browser>; mark: string }>()

beforeAll(async () => {
  const { admin, manager, sales, customer } = await team()
  for (const [role, person] of [
    ['ADMIN', admin],
    ['MANAGER', manager],
    ['SALES', sales],
    ['CUSTOMER', customer],
  ] as const) {
    const it = browser()
    people.set(role, { it, mark: markIn(await it.signIn(person)) })
  }
})

describe('the desk', () => {
  it('has pages and actions to look at', () => {
    expect(asked.length).toBeGreaterThan(50)
    expect(new Set(asked.map(({ name }) => name)).size).toBe(asked.length)
  })

  it('names a permission of the API for everything but the doors and the public form', () => {
    const open = asked.filter(({ needs }) => needs === 'nobody').map(({ name }) => name)
    expect(open.filter((name) => !DOORS.test(name))).toEqual([])
  })

  it.each(asked.filter(({ needs }) => needs !== 'nobody'))(
    '$name: nobody who has not signed in',
    async ({ page, action }) => {
      const path = addressOf(page.path)
      const seen = action === undefined ? await browser().go(path) : await browser().post(`${path}/${action}`, {})
      if (action === undefined) expect(seen.path).toMatch(/^\/dashboard\/sign-in/)
      else expect(seen.status).toBe(401)
    },
  )

  it.each(asked.filter(({ name }) => !DOORS.test(name)))(
    '$name: as its permission says',
    async ({ name, needs, page, action }) => {
      for (const role of ROLES) {
        const one = people.get(role)
        if (!one) throw new Error(`nobody is ${role}`)
        const path = addressOf(page.path)
        const seen =
          action === undefined ? await one.it.go(path) : await one.it.post(`${path}/${action}`, { mark: one.mark })
        if (name === 'GET /' && role === 'CUSTOMER') {
          expect(seen.path).toBe('/dashboard/portal')
          continue
        }
        if (action === undefined) expect(seen.headers.get('Server-Timing'), name).toMatch(/round trips [0-2],/)
        const isTeam = role !== 'CUSTOMER' || page.isForPortal === true
        const may = needs === 'nobody' || (isTeam && POLICY[role][needs] !== undefined)
        const isRefused = seen.status === 403 && textOf(seen).includes('You are not allowed to do this.')
        expect([role, isRefused], `${seen.status} ${textOf(seen).slice(0, 200)}`).toEqual([role, !may])
      }
    },
  )
})
