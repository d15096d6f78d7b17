// Logging: what was said, of which kind, and what comes next, in one step.
import type { FC } from 'hono/jsx'
import { NewInteraction } from '../../interactions/interactions.schemas'
import type { Desk } from '../desk'
import { parsed, whenOf } from '../desk.form'
import { Field, Form, When } from './forms'
import { Icon, type IconName } from './icons'

const KINDS: { type: 'CALL' | 'EMAIL' | 'MEETING' | 'NOTE' | 'TASK'; icon: IconName }[] = [
  { type: 'CALL', icon: 'call' },
  { type: 'EMAIL', icon: 'mail' },
  { type: 'MEETING', icon: 'meeting' },
  { type: 'NOTE', icon: 'note' },
  { type: 'TASK', icon: 'task' },
]

type Props = { desk: Desk; action: string; settles?: string; settlesId?: string }

/** `settles` offers to complete what is due with the same press. */
export const LogForm: FC<Props> = ({ desk, action, settles, settlesId = 'yes' }) => {
  const { log, due } = desk.words
  const chosen = desk.form.get('type') || 'CALL'
  return (
    <Form desk={desk} action={action} class="log" stays>
      <fieldset class="kinds">
        <legend class="hidden">{log.kind}</legend>
        {KINDS.map(({ type, icon }) => (
          <label>
            <input type="radio" name="type" value={type} checked={type === chosen} />
            <Icon name={icon} />
            {log.kinds[type]}
          </label>
        ))}
      </fieldset>
      <Field
        desk={desk}
        name="body"
        label={log.text}
        rows={3}
        maxlength={10_000}
        required
        placeholder={log.placeholder}
      />
      <div class="end">
        <When desk={desk} label={due.next} id="log-next" />
        {settles && (
          <label class="check">
            <input type="checkbox" name="settles" value={settlesId} checked />
            {settles}
          </label>
        )}
        <button type="submit" class="strong">
          {log.save}
        </button>
      </div>
    </Form>
  )
}

const LEAD_OR_CUSTOMER = { leadId: '0192f0c4-7a10-7c3e-9d2b-5f6a7b8c9d0e' }

/** What the form logs, without the record. Throws `invalid`. */
export function talkIn({ form, at, timeZone }: Desk) {
  const followUpAt = whenOf(form, at, timeZone)
  const input = { type: form.get('type'), body: form.get('body'), ...(followUpAt && { followUpAt }) }
  // The schema wants a record; the verb gets the one of the page.
  const { leadId, customerId, notifyCustomer, ...talk } = parsed(NewInteraction, { ...input, ...LEAD_OR_CUSTOMER })
  return talk
}
