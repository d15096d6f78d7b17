// The way into an empty workspace: invite, put the form on a website, import, add.
import type { FC } from 'hono/jsx'
import type { Desk } from '../desk'
import { at } from '../page'
import { Icon, type IconName } from './icons'
import { Section } from './lists'

export const FirstSteps: FC<{ desk: Desk }> = ({ desk }) => {
  const { first } = desk.words
  const steps: { icon: IconName; words: { title: string; text: string; go: string }; href: string; shown: boolean }[] =
    [
      { icon: 'team', words: first.invite, href: at('team'), shown: desk.can('invitations:write') },
      { icon: 'enquiry', words: first.form, href: at('settings/workspace'), shown: desk.can('workspace:write') },
      { icon: 'import', words: first.file, href: at('import'), shown: desk.can('imports:write') },
      { icon: 'customers', words: first.customer, href: at('customers/new'), shown: desk.can('customers:write') },
      { icon: 'leads', words: first.lead, href: at('leads/new'), shown: desk.can('leads:write') },
    ]
  return (
    <Section id="first" title={first.title} note={first.note} class="card">
      <ol class="steps">
        {steps
          .filter(({ shown }) => shown)
          .map(({ icon, words, href }) => (
            <li>
              <Icon name={icon} />
              <div>
                <h3>{words.title}</h3>
                <p class="note">{words.text}</p>
              </div>
              <a class="button" href={href}>
                {words.go}
              </a>
            </li>
          ))}
      </ol>
    </Section>
  )
}
