// How somebody gets in: the sessions, the linked accounts of providers, and the calendar link, each with its end.
import type { FC } from 'hono/jsx'
import type { listSessions } from '../../auth/sessions.service'
import type { listAccounts } from '../../oauth/accounts.service'
import type { Desk } from '../desk'
import { at } from '../page'
import { deviceName } from './devices'
import { Act } from './forms'
import { Section } from './lists'
import { Time } from './times'

const PATH = at('settings')

type Session = Awaited<ReturnType<typeof listSessions>>[number]

export const Sessions: FC<{ desk: Desk; sessions: Session[] }> = ({ desk, sessions }) => {
  const { profile } = desk.words.settings
  return (
    <Section id="sessions" title={profile.sessions} class="card">
      <ul class="side-list">
        {sessions.map(({ id, userAgent, lastUsedAt, createdAt, current }) => (
          <li>
            <span>
              {userAgent ? deviceName(userAgent) : profile.unknownDevice}{' '}
              <span class="note">
                {current ? profile.thisOne : profile.used} <Time desk={desk} at={lastUsedAt ?? createdAt} />
              </span>
            </span>
            {!current && (
              <Act
                desk={desk}
                action={`${PATH}/end-session`}
                label={profile.end}
                about={userAgent ? deviceName(userAgent) : ''}
                fields={{ id }}
              />
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
}

type Account = Awaited<ReturnType<typeof listAccounts>>[number]

export const Accounts: FC<{ desk: Desk; accounts: Account[] }> = ({ desk, accounts }) => {
  const { profile } = desk.words.settings
  return (
    <Section id="accounts" title={profile.accounts} class="card">
      {accounts.length === 0 && <p class="note">{profile.noAccounts}</p>}
      <ul class="side-list">
        {accounts.map(({ provider, email }) => (
          <li>
            <span>
              {provider} <span class="note">{email}</span>
            </span>
            <Act desk={desk} action={`${PATH}/unlink`} label={profile.unlink} about={provider} fields={{ provider }} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

export const Calendar: FC<{ desk: Desk; since: string | null }> = ({ desk, since }) => {
  const { profile } = desk.words.settings
  return (
    <Section id="calendar" title={profile.calendar} note={profile.calendarHint} class="card">
      {since && (
        <p class="note">
          {profile.calendarSince} <Time desk={desk} at={since} />
        </p>
      )}
      <div class="tools">
        <Act desk={desk} action={`${PATH}/calendar`} label={since ? profile.newCalendar : profile.openCalendar} />
        {since && <Act desk={desk} action={`${PATH}/close-calendar`} label={profile.closeCalendar} class="quiet" />}
      </div>
    </Section>
  )
}
