// The frame of the settings: one page for each of their parts, with links between them.
import type { FC, PropsWithChildren } from 'hono/jsx'
import type { Permission } from '../../access/policy'
import type { Desk } from '../desk'
import { at } from '../page'

type Part = 'profile' | 'notifications' | 'workspace' | 'keys' | 'trash' | 'audit'
const PARTS: { name: Part; path: string; needs: Permission }[] = [
  { name: 'profile', path: 'settings', needs: 'account:read' },
  { name: 'notifications', path: 'settings/notifications', needs: 'account:read' },
  { name: 'workspace', path: 'settings/workspace', needs: 'workspace:write' },
  { name: 'keys', path: 'settings/keys', needs: 'api-keys:read' },
  { name: 'trash', path: 'settings/trash', needs: 'leads:write' },
  { name: 'audit', path: 'settings/audit', needs: 'events:read' },
]

/** A part of the settings, with the way to those that the reader may open. */
export const Settings: FC<PropsWithChildren<{ desk: Desk; part: Part }>> = ({ desk, part, children }) => {
  const { pages } = desk.words.settings
  return (
    <>
      <nav class="chips" aria-label={desk.words.nav.settings}>
        {PARTS.filter(({ needs }) => desk.can(needs)).map(({ name, path }) => (
          <a href={at(path)} aria-current={name === part ? 'page' : undefined}>
            {pages[name]}
          </a>
        ))}
      </nav>
      {children}
    </>
  )
}

/** A secret that is shown this once, to copy. */
export const Secret: FC<{ desk: Desk; label: string }> = ({ desk, label }) =>
  desk.secret === undefined ? null : (
    <div class="secret card" role="status">
      <label for="secret">{label}</label>
      <input id="secret" type="text" readonly value={desk.secret} data-copies />
    </div>
  )
