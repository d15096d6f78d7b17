// The pages of errors: one of them explained, and all of them in a list.
import { html } from 'hono/html'
import type { Child, FC } from 'hono/jsx'
import { ERRORS } from '../errors'
import type { Explanation } from './problems.texts'

type Props = Explanation & { code: string; status: number; title: string; example: object }

const Page: FC<{ title: string; children?: Child }> = ({ title, children }) => (
  <>
    {html`<!doctype html>`}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title} · Edge CRM</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/problems.css" />
      </head>
      <body>
        <main>{children}</main>
        <footer>
          <a href="/problems">All errors</a> · <a href="/doc">API reference</a>
        </footer>
      </body>
    </html>
  </>
)

/** One error: its meaning, its causes, its mend and an example. */
export const ProblemPage: FC<Props> = ({ code, status, title, why, mend, example }) => (
  <Page title={title}>
    <p class="code">
      {status} · <code>{code}</code>
    </p>
    <h1>{title}</h1>
    <h2>Why it happens</h2>
    <p>
      <Prose text={why} />
    </p>
    <h2>What to do</h2>
    <p>
      <Prose text={mend} />
    </p>
    <h2>An example</h2>
    <pre>
      <code>{JSON.stringify(example, null, 2)}</code>
    </pre>
    <p>
      Programs compare <code>code</code>, which never changes its meaning. <code>requestId</code> finds the request in
      the log.
    </p>
  </Page>
)

/** All errors, by status. */
export const ProblemList: FC = () => (
  <Page title="Errors">
    <h1>Errors</h1>
    <p>
      Every refusal is a problem document (RFC 9457). Its <code>code</code> is one of these.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Code</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(ERRORS).map(([code, [status, title]]) => (
          <tr>
            <td>{status}</td>
            <td>
              <a href={`/problems/${code}`}>
                <code>{code}</code>
              </a>
            </td>
            <td>{title}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Page>
)

/** A text whose parts in backticks are code. */
const Prose: FC<{ text: string }> = ({ text }) => (
  <>{text.split('`').map((part, n) => (n % 2 === 1 ? <code>{part}</code> : part))}</>
)
