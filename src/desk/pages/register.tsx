// Doors: registering, with a workspace of one's own or, from the link of an invitation, in that of the team.
import { Registration } from '../../auth/auth.schemas'
import { register } from '../../auth/registration.service'
import { clientOf } from '../../http/context'
import { type Desk, HOME } from '../desk'
import { filledOf, parsed } from '../desk.form'
import { keepSession } from '../desk.session'
import { at, page } from '../page'
import { Field, Form } from '../parts/forms'
import { Providers } from '../parts/providers'

const tokenOf = (desk: Desk) => desk.form.get('invitationToken') || (desk.query.get('token') ?? '')

export const registerPage = page({
  path: '/register',
  needs: 'nobody',
  view: (desk) => {
    const { doors } = desk.words
    const token = tokenOf(desk)
    return {
      title: token ? doors.join : doors.createWorkspace,
      isBare: true,
      content: (
        <>
          <p class="note">{token ? doors.joinHint : doors.createHint}</p>
          <Form
            desk={desk}
            action={at('register/enter')}
            class="stack"
            stays
            fields={token ? { invitationToken: token } : {}}
          >
            <Field desk={desk} name="name" label={doors.name} autocomplete="name" required maxlength={200} />
            {!token && (
              <Field
                desk={desk}
                name="workspaceName"
                label={doors.workspaceName}
                autocomplete="organization"
                maxlength={200}
              />
            )}
            <Field desk={desk} name="email" label={doors.email} type="email" autocomplete="username" required />
            <Field
              desk={desk}
              name="password"
              label={doors.password}
              type="password"
              autocomplete="new-password"
              required
              hint={doors.passwordHint}
            />
            <button type="submit" class="strong">
              {token ? doors.join : doors.createWorkspace}
            </button>
          </Form>
          <Providers desk={desk} next={HOME} invitation={token} />
          <p class="note">
            {doors.haveAccount} <a href={at('sign-in')}>{doors.signIn}</a>
          </p>
        </>
      ),
    }
  },
  actions: {
    enter: {
      needs: 'nobody',
      async run(desk) {
        const { c, form, words } = desk
        const filled = filledOf(form, ['name', 'workspaceName', 'email', 'password', 'invitationToken'])
        const { user, ...session } = await register(desk.base, parsed(Registration, filled), clientOf(c))
        await keepSession(c, session)
        return { to: HOME, say: words.doors.welcome(user.name) }
      },
    },
  },
})
