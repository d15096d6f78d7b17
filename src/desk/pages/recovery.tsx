// Doors: what the links of mails open: verifying an address, choosing a new password, using another address.
import { EmailVerification, ForgottenPassword, PasswordReset } from '../../auth/auth.schemas'
import { confirmEmailChange } from '../../auth/email-change.service'
import { forgotPassword, resendVerification, resetPassword, verifyEmail } from '../../auth/recovery.service'
import { type Desk, HOME } from '../desk'
import { filledOf, parsed } from '../desk.form'
import { dropSession, refreshDesk } from '../desk.session'
import { at, page } from '../page'
import { Field, Form } from '../parts/forms'

const tokenOf = (desk: Desk) => desk.form.get('token') || (desk.query.get('token') ?? '')
/** Where it goes on: to the desk for who is signed in, else to the sign-in. */
const onward = ({ c }: Desk) => (c.var.actor ? HOME : at('sign-in'))

export const verifyEmailPage = page({
  path: '/verify-email',
  needs: 'nobody',
  view: (desk) => tokenView(desk, 'verify-email/confirm', desk.words.doors.verify, desk.words.doors.verifyHint),
  actions: {
    // A press, because programs follow the links of mails before people do.
    confirm: {
      needs: 'nobody',
      async run(desk) {
        await verifyEmail(desk.base, parsed(EmailVerification, { token: tokenOf(desk) }).token)
        await refreshDesk(desk.c)
        return { to: onward(desk), say: desk.words.doors.verified }
      },
    },
    resend: {
      needs: 'account:write',
      isQuick: true,
      async run(desk) {
        await resendVerification(desk.ctx)
        return { to: at('sign-in'), say: desk.words.doors.resent }
      },
    },
  },
})

export const changeEmailPage = page({
  path: '/change-email',
  needs: 'nobody',
  view: (desk) => tokenView(desk, 'change-email/confirm', desk.words.doors.useAddress, desk.words.doors.useAddressHint),
  actions: {
    confirm: {
      needs: 'nobody',
      async run(desk) {
        await confirmEmailChange(desk.base, parsed(EmailVerification, { token: tokenOf(desk) }).token)
        return { to: onward(desk), say: desk.words.doors.addressUsed }
      },
    },
  },
})

export const forgotPasswordPage = page({
  path: '/forgot-password',
  needs: 'nobody',
  view: (desk) => {
    const { doors } = desk.words
    return {
      title: doors.forgotten,
      isBare: true,
      content: (
        <>
          <p class="note">{doors.forgottenHint}</p>
          <Form desk={desk} action={at('forgot-password/send')} class="stack" stays>
            <Field desk={desk} name="email" label={doors.email} type="email" autocomplete="username" required />
            <button type="submit" class="strong">
              {doors.sendLink}
            </button>
          </Form>
          <p>
            <a href={at('sign-in')}>{doors.backToSignIn}</a>
          </p>
        </>
      ),
    }
  },
  actions: {
    send: {
      needs: 'nobody',
      async run(desk) {
        const { email } = parsed(ForgottenPassword, { email: desk.form.get('email') })
        await forgotPassword(desk.base, email)
        return { to: at('sign-in'), say: desk.words.doors.linkSent(email) }
      },
    },
  },
})

export const resetPasswordPage = page({
  path: '/reset-password',
  needs: 'nobody',
  view: (desk) => {
    const { doors } = desk.words
    return {
      title: doors.choosePassword,
      isBare: true,
      content: (
        <Form desk={desk} action={at('reset-password/choose')} class="stack" stays fields={{ token: tokenOf(desk) }}>
          <Field
            desk={desk}
            name="newPassword"
            label={doors.newPassword}
            type="password"
            autocomplete="new-password"
            required
            hint={doors.passwordHint}
          />
          <button type="submit" class="strong">
            {doors.choosePassword}
          </button>
        </Form>
      ),
    }
  },
  actions: {
    choose: {
      needs: 'nobody',
      async run(desk) {
        await resetPassword(desk.base, parsed(PasswordReset, filledOf(desk.form, ['token', 'newPassword'])))
        dropSession(desk.c)
        return { to: at('sign-in'), say: desk.words.doors.passwordChosen }
      },
    },
  },
})

function tokenView(desk: Desk, action: string, title: string, hint: string) {
  return {
    title,
    isBare: true,
    content: (
      <>
        <p>{hint}</p>
        <Form desk={desk} action={at(action)} class="stack" stays fields={{ token: tokenOf(desk) }}>
          <button type="submit" class="strong">
            {title}
          </button>
        </Form>
      </>
    ),
  }
}
