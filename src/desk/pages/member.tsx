// A member of the team: role and state, and leaving with a hand-over.
import { z } from 'zod'
import { ROLES, USER_STATUSES } from '../../db/schema/users'
import { Handover, UserPatch } from '../../users/users.schemas'
import { getUser, removeUser, updateUser } from '../../users/users.service'
import type { Desk } from '../desk'
import { parsed } from '../desk.form'
import { membersOf } from '../desk.names'
import { at, page } from '../page'
import { Field, Form, Hidden, Select } from '../parts/forms'
import { memberPath } from '../parts/members'
import { zoneOptions } from '../parts/zones'

export const memberPage = page({
  path: '/team/:id',
  needs: 'users:admin',
  load: ({ ctx, id }) => ({ member: getUser(ctx, id), members: membersOf(ctx) }),
  view: (desk, { member, members }) => {
    const { words } = desk
    const { team, roles, states, roleHints, profile } = words.settings
    const heirs = members.filter(({ id }) => id !== member.id)
    return {
      title: member.name,
      up: { href: at('team'), label: words.nav.team },
      content: (
        <Form desk={desk} action={memberPath(member.id, 'save')} class="stack card" stays>
          <Hidden name="version" value={String(member.version)} />
          <div class="pair">
            <Field desk={desk} name="name" label={words.labels.name} value={member.name} required />
            <Select
              desk={desk}
              name="timeZone"
              label={profile.timeZone}
              value={member.timeZone}
              options={zoneOptions()}
            />
          </div>
          <div class="pair">
            <Select
              desk={desk}
              name="role"
              label={team.role}
              value={member.role}
              options={ROLES.map((role) => ({ value: role, label: `${roles[role]}: ${roleHints[role]}` }))}
            />
            <Select
              desk={desk}
              name="status"
              label={team.state}
              value={member.status}
              hint={team.inactiveHint}
              options={USER_STATUSES.map((status) => ({ value: status, label: states[status] ?? status }))}
            />
          </div>
          <Select
            desk={desk}
            name="reassignTo"
            label={team.reassign}
            options={[{ value: '', label: team.toPool }, ...heirs.map(({ id, name }) => ({ value: id, label: name }))]}
          />
          <div class="tools">
            <button type="submit" class="strong">
              {team.save}
            </button>
            <button
              type="submit"
              class="danger"
              formaction={memberPath(member.id, 'remove')}
              data-confirm={team.removeSure}
            >
              {team.remove}
            </button>
          </div>
        </Form>
      ),
    }
  },
  actions: {
    save: {
      needs: 'users:admin',
      async run(desk) {
        const { ctx, id, form, words } = desk
        const names = ['name', 'timeZone', 'role', 'status']
        const patch = parsed(UserPatch, Object.fromEntries(names.map((name) => [name, form.get(name)])))
        const { name } = await updateUser(ctx, id, patch, conditionsOf(desk))
        return { to: at('team'), say: words.settings.team.saved(name) }
      },
    },
    remove: {
      needs: 'users:admin',
      async run(desk) {
        await removeUser(desk.ctx, desk.id, conditionsOf(desk))
        return { to: at('team'), say: desk.words.settings.team.removed(desk.form.get('name').slice(0, 200)) }
      },
    },
  },
})

const Version = z.coerce.number().int().positive().optional().catch(undefined)

function conditionsOf({ form }: Desk) {
  const { reassignTo } = parsed(Handover, form.get('reassignTo') ? { reassignTo: form.get('reassignTo') } : {})
  return { reassignTo, ifVersion: Version.parse(form.get('version')) }
}
