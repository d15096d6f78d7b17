// Settings of one's own account: name, language, address, password, sessions, ways to sign in, and the calendar.

import type { FC } from 'hono/jsx'
import { EmailChange, PasswordChange } from '../../auth/auth.schemas'
import { changePassword, getMe } from '../../auth/auth.service'
import { requestEmailChange } from '../../auth/email-change.service'
import { endSession, listSessions } from '../../auth/sessions.service'
import { closeFeed, getFeed, openFeed } from '../../calendar/calendar.service'
import { listAccounts, unlinkAccount } from '../../oauth/accounts.service'
import { ProviderParam } from '../../oauth/oauth.schemas'
import { UserPatch } from '../../users/users.schemas'
import { updateUser } from '../../users/users.service'
import { type Desk, readingOf } from '../desk'
import { parsed, patchOf } from '../desk.form'
import { refreshDesk } from '../desk.session'
import { at, page } from '../page'
import { Field, Form, Select } from '../parts/forms'
import { Section } from '../parts/lists'
import { Accounts, Calendar, Sessions } from '../parts/sessions'
import { Secret, Settings } from '../parts/settings'
import { zoneOptions } from '../parts/zones'
import { languages } from '../words/words'

const PATH = at('settings')

export const profilePage = page({
  path: '/settings',
  needs: 'account:read',
  isForPortal: true,
  nav: { word: 'settings', icon: 'settings' },
  load: ({ ctx }) => ({
    own: getMe(ctx),
    sessions: listSessions(ctx),
    accounts: listAccounts(ctx),
    feed: getFeed(ctx),
  }),
  view: (desk, { own, sessions, accounts, feed }) => ({
    title: desk.words.nav.settings,
    content: (
      <Settings desk={desk} part="profile">
        <Secret desk={desk} label={desk.words.settings.profile.calendarLink} />
        <You desk={desk} user={own.user} />
        <Address desk={desk} email={own.user.email} />
        <Password desk={desk} />
        <Sessions desk={desk} sessions={sessions} />
        <Accounts desk={desk} accounts={accounts} />
        <Calendar desk={desk} since={feed.createdAt} />
      </Settings>
    ),
  }),
  actions: {
    save: {
      needs: 'account:write',
      async run({ c, ctx, form }) {
        const names = ['name', 'username', 'timeZone', 'language']
        await updateUser(ctx, ctx.actor.id, parsed(UserPatch, patchOf(form, names)), {})
        // The token says the zone and the language.
        await refreshDesk(c)
        return { to: PATH, say: (await readingOf(c)).words.settings.saved }
      },
    },
    address: {
      needs: 'account:write',
      isRecent: true,
      async run({ ctx, form, words }) {
        const { newEmail } = parsed(EmailChange, { newEmail: form.get('newEmail') })
        await requestEmailChange(ctx, newEmail)
        return { to: PATH, say: words.settings.profile.linkSent(newEmail) }
      },
    },
    password: {
      needs: 'account:write',
      async run({ ctx, form, words }) {
        const input = { currentPassword: form.get('currentPassword'), newPassword: form.get('newPassword') }
        await changePassword(ctx, parsed(PasswordChange, input))
        return { to: PATH, say: words.settings.profile.passwordSaved }
      },
    },
    'end-session': {
      needs: 'account:write',
      isQuick: true,
      async run({ ctx, form, words }) {
        await endSession(ctx, form.get('id'))
        return { to: PATH, say: words.settings.profile.ended }
      },
    },
    unlink: {
      needs: 'account:write',
      isQuick: true,
      isAsked: true,
      async run({ ctx, form, words }) {
        await unlinkAccount(ctx, parsed(ProviderParam, { provider: form.get('provider') }).provider)
        return { to: PATH, say: words.settings.profile.unlinked }
      },
    },
    calendar: {
      needs: 'account:write',
      isAsked: true,
      async run({ c, ctx }) {
        const { token } = await openFeed(ctx)
        return { secret: `${new URL(c.req.url).origin}/v1/calendar.ics?token=${token}` }
      },
    },
    'close-calendar': {
      needs: 'account:write',
      isQuick: true,
      isAsked: true,
      async run({ ctx, words }) {
        await closeFeed(ctx)
        return { to: PATH, say: words.settings.profile.calendarClosed }
      },
    },
  },
})

type User = Awaited<ReturnType<typeof getMe>>['user']

const You: FC<{ desk: Desk; user: User }> = ({ desk, user }) => {
  const { settings, labels, form } = desk.words
  const { profile } = settings
  return (
    <Section id="you" title={profile.you} class="card">
      <Form desk={desk} action={`${PATH}/save`} class="stack" stays>
        <div class="pair">
          <Field desk={desk} name="name" label={labels.name} value={user.name} required autocomplete="name" />
          <Field
            desk={desk}
            name="username"
            label={profile.username}
            value={user.username}
            hint={profile.usernameHint}
            autocomplete="username"
          />
        </div>
        <div class="pair">
          <Select desk={desk} name="timeZone" label={profile.timeZone} value={user.timeZone} options={zoneOptions()} />
          <Select
            desk={desk}
            name="language"
            label={profile.language}
            value={user.language}
            options={[{ value: '', label: profile.browserLanguage }, ...languages]}
          />
        </div>
        <div class="tools">
          <button type="submit" class="strong">
            {form.save}
          </button>
        </div>
      </Form>
    </Section>
  )
}

const Address: FC<{ desk: Desk; email: string }> = ({ desk, email }) => {
  const { profile } = desk.words.settings
  return (
    <Section id="address" title={profile.address} note={profile.addressHint(email)} class="card">
      <Form desk={desk} action={`${PATH}/address`} class="stack" stays>
        <Field desk={desk} name="newEmail" label={profile.newAddress} type="email" required autocomplete="email" />
        <div class="tools">
          <button type="submit">{profile.sendLink}</button>
        </div>
      </Form>
    </Section>
  )
}

const Password: FC<{ desk: Desk }> = ({ desk }) => {
  const { settings, doors, form } = desk.words
  return (
    <Section id="password" title={settings.profile.password} class="card">
      <Form desk={desk} action={`${PATH}/password`} class="stack" stays>
        <div class="pair">
          <Field
            desk={desk}
            name="currentPassword"
            label={settings.profile.current}
            type="password"
            required
            autocomplete="current-password"
          />
          <Field
            desk={desk}
            name="newPassword"
            label={settings.profile.next}
            type="password"
            hint={doors.passwordHint}
            required
            autocomplete="new-password"
          />
        </div>
        <div class="tools">
          <button type="submit">{form.change}</button>
        </div>
      </Form>
    </Section>
  )
}
