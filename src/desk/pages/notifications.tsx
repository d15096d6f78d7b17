// Settings: which mails a member gets, and when reminders come.

import { DIGESTS } from '../../db/schema/users'
import { NOTIFICATIONS } from '../../mail/mail.audience'
import { NotificationsPatch } from '../../users/notifications.schemas'
import { getNotifications, setNotifications } from '../../users/notifications.service'
import { parsed } from '../desk.form'
import { at, page } from '../page'
import { Field, Form, Select } from '../parts/forms'
import { Section } from '../parts/lists'
import { Settings } from '../parts/settings'

const PATH = at('settings/notifications')
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour))

export const notificationsPage = page({
  path: '/settings/notifications',
  needs: 'account:read',
  isForPortal: true,
  load: ({ ctx }) => ({ chosen: getNotifications(ctx) }),
  view: (desk, { chosen }) => {
    const { notifications: words } = desk.words.settings
    return {
      title: desk.words.nav.settings,
      content: (
        <Settings desk={desk} part="notifications">
          <Form desk={desk} action={`${PATH}/save`} class="stack" stays>
            <Section id="mails" title={words.title} class="card">
              {NOTIFICATIONS.map((name) => (
                <label class="check">
                  <input type="checkbox" name={name} value="on" checked={chosen[name]} /> {words.kinds[name]}
                </label>
              ))}
            </Section>
            <Section id="reminders" title={words.reminders} class="card">
              <div class="pair">
                <Select
                  desk={desk}
                  name="digest"
                  label={words.digest}
                  value={chosen.digest}
                  options={DIGESTS.map((value) => ({ value, label: words.digests[value] ?? value }))}
                />
                <Select
                  desk={desk}
                  name="digestHour"
                  label={words.hour}
                  value={String(chosen.digestHour)}
                  options={HOURS.map((value) => ({ value, label: `${value.padStart(2, '0')}:00` }))}
                />
              </div>
              <fieldset>
                <legend>{words.quiet}</legend>
                <div class="pair">
                  <Field desk={desk} name="from" label={words.from} type="time" value={chosen.quietHours?.from} />
                  <Field
                    desk={desk}
                    name="to"
                    label={words.to}
                    type="time"
                    value={chosen.quietHours?.to}
                    hint={words.quietHint}
                  />
                </div>
              </fieldset>
            </Section>
            <div class="tools">
              <button type="submit" class="strong">
                {desk.words.form.save}
              </button>
            </div>
          </Form>
        </Settings>
      ),
    }
  },
  actions: {
    save: {
      needs: 'account:write',
      async run({ ctx, form, words }) {
        const [from, to] = [form.get('from'), form.get('to')]
        const patch = parsed(NotificationsPatch, {
          ...Object.fromEntries(NOTIFICATIONS.map((name) => [name, form.has(name)])),
          quietHours: from || to ? { from, to } : null,
          digest: form.get('digest'),
          digestHour: Number(form.get('digestHour')),
        })
        await setNotifications(ctx, patch)
        return { to: PATH, say: words.settings.saved }
      },
    },
  },
})
