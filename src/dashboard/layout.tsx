// Dashboard: the frame of every page. No script and no style in the document: the policy forbids both.
import { html } from 'hono/html'
import type { Child, FC } from 'hono/jsx'

export type Me = { name: string; mark: string; q?: string }

export type Notice = { text: string; isBad?: boolean }

type PageProps = { title: string; me?: Me; notice?: Notice; children?: Child }

/** A whole document. */
export const Page: FC<PageProps> = ({ title, me, notice, children }) => (
  <>
    {html`<!doctype html>`}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title} · Edge CRM</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/dashboard.css" />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        {me && <Header me={me} />}
        <main id="main" tabindex={-1}>
          {notice && (
            <p class={notice.isBad ? 'notice bad' : 'notice'} role={notice.isBad ? 'alert' : 'status'}>
              {notice.text}
            </p>
          )}
          {children}
        </main>
      </body>
    </html>
  </>
)

const Header: FC<{ me: Me }> = ({ me }) => (
  <header>
    <a class="brand" href="/dashboard">
      Edge CRM
    </a>
    <search>
      <form action="/dashboard/search" method="get">
        <label for="q" class="hidden">
          Search customers and leads
        </label>
        <input
          id="q"
          name="q"
          type="search"
          value={me.q ?? ''}
          placeholder="Name, e-mail, phone, company"
          maxlength={200}
        />
        <button type="submit">Search</button>
      </form>
    </search>
    <div class="me">
      <span>{me.name}</span>
      <SignOut mark={me.mark} />
    </div>
  </header>
)

/** The form that ends the session. */
export const SignOut: FC<{ mark: string }> = ({ mark }) => (
  <form action="/dashboard/sign-out" method="post">
    <input type="hidden" name="mark" value={mark} />
    <button type="submit" class="quiet">
      Sign out
    </button>
  </form>
)

/** A form with one button, which changes one record. */
export const Act: FC<{ action: string; mark: string; label: string; about: string }> = ({
  action,
  mark,
  label,
  about,
}) => (
  <form action={action} method="post">
    <input type="hidden" name="mark" value={mark} />
    <button type="submit">
      {label}
      <span class="hidden"> {about}</span>
    </button>
  </form>
)

/** A titled part of a page. */
export const Card: FC<{ id: string; title: string; note?: string; children?: Child }> = (props) => (
  <section class="card" aria-labelledby={props.id}>
    <h2 id={props.id}>{props.title}</h2>
    {props.note && <p class="note">{props.note}</p>}
    {props.children}
  </section>
)
