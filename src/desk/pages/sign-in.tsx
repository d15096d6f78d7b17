// Doors: signing in with a password or at a provider, and signing out.
import { requirePerson } from '../../access/person'
import { Credentials } from '../../auth/auth.schemas'
import { login } from '../../auth/auth.service'
import { endSession } from '../../auth/sessions.service'
import { clientOf } from '../../http/context'
import { canMail } from '../../mail/mail.settings'
import { type Desk, safePath } from '../desk'
import { parsed } from '../desk.form'
import { deviceOf, dropSession, keepSession } from '../desk.session'
import { at, page } from '../page'
import { Field, Form } from '../parts/forms'
import { Providers } from '../parts/providers'

/** The page to which a sign-in leads. */
const nextOf = (desk: Desk) => safePath(desk.form.get('next') || (desk.query.get('next') ?? ''))

export const signInPage = page({
  path: '/sign-in',
  needs: 'nobody',
  view: (desk) => {
    const { doors } = desk.words
    const next = nextOf(desk)
    if (desk.c.var.actor && !desk.failure) return desk.c.redirect(next, 303)
    return {
      title: doors.signIn,
      isBare: true,
      content: (
        <>
          <Form desk={desk} action={at('sign-in/enter')} class="stack" fields={{ next }} stays>
            <Field desk={desk} name="email" label={doors.email} type="email" autocomplete="username" required />
            <Field
              desk={desk}
              name="password"
              label={doors.password}
              type="password"
              autocomplete="current-password"
              required
            />
            <button type="submit" class="strong">
              {doors.signIn}
            </button>
          </Form>
          <Providers desk={desk} next={next} />
          {canMail(desk.base.config) && (
            <p>
              <a href={at('forgot-password')}>{doors.forgotten}</a>
            </p>
          )}
          {desk.base.config.SIGNUP !== 'closed' && (
            <p class="note">
              {doors.newHere} <a href={at('register')}>{doors.createWorkspace}</a>
            </p>
          )}
        </>
      ),
    }
  },
  actions: {
    enter: {
      needs: 'nobody',
      async run(desk) {
        const { c, form } = desk
        const credentials = parsed(Credentials, { email: form.get('email'), password: form.get('password') })
        const refreshToken = await deviceOf(c)
        await keepSession(c, await login(desk.base, { ...credentials, refreshToken }, clientOf(c)))
        return { to: nextOf(desk) }
      },
    },
  },
})

export const signOutPage = page({
  path: '/sign-out',
  needs: 'nobody',
  view: (desk) => desk.c.redirect(at(''), 303),
  actions: {
    '': {
      needs: 'nobody',
      isQuick: true,
      async run(desk) {
        const { actor } = desk.c.var
        dropSession(desk.c)
        if (actor) await endSession(desk.ctx, requirePerson(actor, 'Signing out').sessionId)
        return { to: at('sign-in'), say: desk.words.doors.signedOut }
      },
    },
  },
})
