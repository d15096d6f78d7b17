// The public form: for visitors of a website, who follow a link or send a form that stands there. Needs no script and no CORS.
import { eq } from 'drizzle-orm'
import type { PublicCtx } from '../../context'
import { workspaces } from '../../db/schema'
import { NewEnquiry } from '../../enquiries/enquiries.schemas'
import { submitEnquiry } from '../../enquiries/enquiries.service'
import { AppError } from '../../errors'
import type { Desk } from '../desk'
import { filledOf, parsed } from '../desk.form'
import { at, page } from '../page'
import { Field, Form } from '../parts/forms'

const FIELDS = ['name', 'email', 'phone', 'interest', 'message', 'website'] as const

async function nameOf({ db }: PublicCtx, slug: string): Promise<string> {
  const [workspace] = await db.select({ name: workspaces.name }).from(workspaces).where(eq(workspaces.slug, slug))
  if (!workspace) throw new AppError('not_found')
  return workspace.name
}

const slugOf = ({ params }: Desk) => (params.slug ?? '').slice(0, 60)

export const enquirePage = page({
  path: '/enquire/:slug',
  needs: 'nobody',
  load: (desk) => ({ name: nameOf(desk.base, slugOf(desk)) }),
  view: (desk, { name }) => {
    const { enquire } = desk.words.doors
    if (desk.query.has('sent') && !desk.failure) {
      return { title: enquire.thanks, isBare: true, isForVisitors: true, content: <p>{enquire.sent(name)}</p> }
    }
    return {
      title: enquire.title(name),
      isBare: true,
      isForVisitors: true,
      content: (
        <Form desk={desk} action={at('enquire', slugOf(desk), 'send')} class="stack" stays>
          <Field desk={desk} name="name" label={enquire.name} required maxlength={200} autocomplete="name" />
          <Field desk={desk} name="email" label={enquire.email} type="email" required autocomplete="email" />
          <Field desk={desk} name="phone" label={enquire.phone} type="tel" maxlength={50} autocomplete="tel" />
          <Field desk={desk} name="message" label={enquire.message} rows={5} maxlength={5_000} />
          <input name="website" hidden aria-label={enquire.empty} tabindex={-1} autocomplete="off" />
          <button type="submit" class="strong">
            {enquire.send}
          </button>
        </Form>
      ),
    }
  },
  actions: {
    send: {
      needs: 'nobody',
      async run(desk) {
        const input = parsed(NewEnquiry, { workspace: slugOf(desk), ...filledOf(desk.form, FIELDS) })
        await submitEnquiry(desk.base, input)
        return { to: `${at('enquire', slugOf(desk))}?sent=1` }
      },
    },
  },
})

/** The same form as HTML for a page of another site. */
export function formSnippet(origin: string, slug: string, { enquire }: Desk['words']['doors']): string {
  return `<form method="post" action="${origin}${at('enquire', slug, 'send')}" accept-charset="utf-8">
  <p><label>${enquire.name}<br><input name="name" required maxlength="200" autocomplete="name"></label></p>
  <p><label>${enquire.email}<br><input name="email" type="email" required autocomplete="email"></label></p>
  <p><label>${enquire.message}<br><textarea name="message" rows="5" maxlength="5000"></textarea></label></p>
  <input name="website" hidden>
  <button>${enquire.send}</button>
</form>`
}
