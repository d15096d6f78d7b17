// An error as a page: what went wrong in the reader's words, and the ways on from here.
import type { FC } from 'hono/jsx'
import type { ErrorCode } from '../../errors'
import { type Desk, HOME } from '../desk'
import { at } from '../page'
import { Hidden } from './forms'

type Props = { desk: Desk; code: ErrorCode; text: string; detail?: string; mark?: string }

const RESEND: readonly ErrorCode[] = ['email_unverified']

export const Trouble: FC<Props> = ({ desk, code, detail, mark }) => {
  const { trouble, frame } = desk.words
  return (
    <>
      <p>{trouble.hint(code) ?? detail}</p>
      <p>
        <a class="button strong" href={HOME}>
          {trouble.home}
        </a>
      </p>
      {mark && RESEND.includes(code) && (
        <form action={at('verify-email/resend')} method="post">
          <Hidden name="mark" value={mark} />
          <button type="submit">{trouble.resend}</button>
        </form>
      )}
      {mark && (
        <form action={at('sign-out')} method="post">
          <Hidden name="mark" value={mark} />
          <button type="submit" class="quiet">
            {frame.signOut}
          </button>
        </form>
      )}
      <p class="note">{trouble.number(desk.c.var.requestId)}</p>
    </>
  )
}
