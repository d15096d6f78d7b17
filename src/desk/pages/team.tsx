// The team: its members, and invitations to it.

import { linkTo } from '../../config'
import { ROLES } from '../../db/schema/users'
import { paged } from '../../http/pagination'
import { canMail } from '../../mail/mail.settings'
import { listColleagues } from '../../users/users.list'
import { invite, listInvitations, withdrawInvitation } from '../../workspaces/invitations.service'
import { NewInvitation } from '../../workspaces/workspaces.schemas'
import type { Desk } from '../desk'
import { parsed } from '../desk.form'
import { pageOf } from '../desk.question'
import { at, page } from '../page'
import { Act, Field, Form, Select } from '../parts/forms'
import { Pages, Section } from '../parts/lists'
import { MemberLine } from '../parts/members'
import { Secret } from '../parts/settings'
import { Time } from '../parts/times'

const PATH = at('team')
/** How many open invitations the page shows. */
const INVITATIONS = 50

export const teamPage = page({
  path: '/team',
  needs: 'leads:read',
  nav: { word: 'team', icon: 'team' },
  load: (desk) => ({
    list: paged(desk.c, pageOf(desk), (query) => listColleagues(desk.ctx, query)),
    invitations: desk.can('invitations:write')
      ? listInvitations(desk.ctx, { limit: INVITATIONS })
      : Promise.resolve({ rows: [] }),
  }),
  view: (desk, { list, invitations }) => {
    const { words } = desk
    const { team, roles } = words.settings
    return {
      title: words.nav.team,
      content: (
        <>
          <Secret desk={desk} label={team.link} />
          <div class="list">
            <ul class="lines">
              {list.data.map((member) => (
                <MemberLine desk={desk} member={member} />
              ))}
            </ul>
            <Pages desk={desk} path={PATH} shown={list.data.length} {...list} of={team.members} />
          </div>
          {desk.can('invitations:write') && <Invite desk={desk} />}
          {invitations.rows.length > 0 && (
            <Section id="invitations" title={team.open} class="card">
              <ul class="side-list">
                {invitations.rows.map(({ id, email, role, expiresAt }) => (
                  <li>
                    <span>
                      {email}{' '}
                      <span class="note">
                        {roles[role ?? ''] ?? role} · {team.expires} <Time desk={desk} at={expiresAt} />
                      </span>
                    </span>
                    <Act
                      desk={desk}
                      action={`${PATH}/withdraw`}
                      label={team.withdraw}
                      about={email ?? ''}
                      fields={{ id }}
                    />
                  </li>
                ))}
              </ul>
            </Section>
          )}
        </>
      ),
    }
  },
  actions: {
    invite: {
      needs: 'invitations:write',
      async run({ ctx, form, words: { settings } }) {
        const input = parsed(NewInvitation, { email: form.get('email'), role: form.get('role') })
        const { token } = await invite(ctx, input)
        if (canMail(ctx.config)) return { to: PATH, say: settings.team.invited(input.email) }
        return { secret: linkTo(ctx.config, 'register', token) }
      },
    },
    withdraw: {
      needs: 'invitations:write',
      isQuick: true,
      async run({ ctx, form, words: { settings } }) {
        await withdrawInvitation(ctx, form.get('id'))
        return { to: PATH, say: settings.team.withdrawn }
      },
    },
  },
})

const Invite = ({ desk }: { desk: Desk }) => {
  const { team, roles, roleHints } = desk.words.settings
  const isMailed = canMail(desk.base.config)
  return (
    <Section id="invite" title={team.invite} note={isMailed ? team.inviteHint : team.inviteByHand} class="card">
      <Form desk={desk} action={`${PATH}/invite`} class="stack">
        <div class="pair">
          <Field desk={desk} name="email" label={desk.words.doors.email} type="email" required autocomplete="off" />
          <Select
            desk={desk}
            name="role"
            label={team.role}
            value={NewInvitation.shape.role.parse(undefined)}
            options={ROLES.map((role) => ({ value: role, label: `${roles[role]}: ${roleHints[role]}` }))}
          />
        </div>
        <div class="tools">
          <button type="submit" class="strong">
            {team.send}
          </button>
        </div>
      </Form>
    </Section>
  )
}
