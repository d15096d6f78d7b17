// The follow-up of a record above its page: when, and the press that completes it with what is next.
import type { FC } from 'hono/jsx'
import type { Desk } from '../desk'
import { Form, When } from './forms'
import { Icon } from './icons'
import { Time } from './times'

type Props = { desk: Desk; at: string; action: string; about: string; id: string; text?: string }

export const FollowUpBanner: FC<Props> = ({ desk, at, action, about, id, text }) => {
  const { due, today } = desk.words
  const isLate = at < desk.at
  return (
    <div class={isLate ? 'banner late' : 'banner'}>
      <Icon name="clock" />
      <p>
        <strong>{isLate ? today.overdue : due.followUp}</strong> <Time desk={desk} at={at} />
        {text && ` · ${text}`}
      </p>
      <details class="menu pop">
        <summary class="button">
          {due.done}
          <span class="hidden"> {about}</span>
        </summary>
        <div>
          <Form desk={desk} action={action} fields={{ was: at }}>
            <When desk={desk} label={due.next} id={`banner-${id}`} />
            <button type="submit" class="strong">
              {due.isDone}
            </button>
          </Form>
        </div>
      </details>
    </div>
  )
}
