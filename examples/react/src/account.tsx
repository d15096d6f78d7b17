// Signing in, registering, and a new password by a mailed link.
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { crm, dataOf, wordsFor } from './crm'

type Field = { name: string; label: string; type?: string; autoComplete?: string }
type FormProps = {
  title: string
  fields: Field[]
  send: (values: Record<string, string>) => Promise<unknown>
  done: () => void
  children?: ReactNode
}

const EMAIL: Field = { name: 'email', label: 'E-mail', type: 'email', autoComplete: 'username' }
const PASSWORD: Field = { name: 'password', label: 'Password', type: 'password', autoComplete: 'current-password' }
const NEW_PASSWORD: Field = { ...PASSWORD, autoComplete: 'new-password' }

function Form({ title, fields, send, done, children }: FormProps) {
  const sending = useMutation({ mutationFn: send, onSuccess: done })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const entries = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)])
        sending.mutate(Object.fromEntries(entries))
      }}
    >
      <h1>{title}</h1>
      {fields.map(({ name, label, ...rest }) => (
        <label key={name}>
          {label} <input name={name} required {...rest} />
        </label>
      ))}
      <button type="submit" disabled={sending.isPending}>
        {title}
      </button>
      {sending.error && <p role="alert">{wordsFor(sending.error)}</p>}
      {children}
    </form>
  )
}

type View = 'sign-in' | 'register' | 'forgot' | 'sent'

/** The forms of a visitor; calls back when there is a session. */
export function Visitor({ onSession }: { onSession: () => void }) {
  const [view, setView] = useState<View>('sign-in')
  const to = (next: View, label: string) => (
    <button type="button" onClick={() => setView(next)}>
      {label}
    </button>
  )
  if (view === 'register') {
    return (
      <Form
        title="Register"
        fields={[
          { name: 'name', label: 'Name', autoComplete: 'name' },
          { name: 'workspaceName', label: 'Team' },
          EMAIL,
          NEW_PASSWORD,
        ]}
        send={({ name = '', workspaceName = '', email = '', password = '' }) =>
          crm.register({ name, workspaceName, email, password })
        }
        done={onSession}
      >
        {to('sign-in', 'I have an account')}
      </Form>
    )
  }
  if (view === 'forgot') {
    return (
      <Form
        title="Mail me a link"
        fields={[EMAIL]}
        send={({ email = '' }) => dataOf(crm.POST('/v1/auth/forgot-password', { body: { email } }))}
        done={() => setView('sent')}
      >
        {to('sign-in', 'Back')}
      </Form>
    )
  }
  if (view === 'sent') {
    return <p>If there is an account with this address, a mail is on its way. {to('sign-in', 'Sign in')}</p>
  }
  return (
    <Form
      title="Sign in"
      fields={[EMAIL, PASSWORD]}
      send={({ email = '', password = '' }) => crm.signIn({ email, password })}
      done={onSession}
    >
      {to('register', 'Register')} {to('forgot', 'Forgot the password?')}
    </Form>
  )
}

/** The page of the mailed link: its token stands behind the `#`, which no server sees. */
export function NewPassword({ token }: { token: string }) {
  const home = () => location.assign('/')
  return (
    <Form
      title="Choose a new password"
      fields={[NEW_PASSWORD]}
      send={({ password = '' }) =>
        dataOf(crm.POST('/v1/auth/reset-password', { body: { token, newPassword: password } }))
      }
      done={home}
    />
  )
}
