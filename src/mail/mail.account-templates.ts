// The templates of mails about accounts: links that prove an address, changes of the sign-in, and invitations.
import { template } from './mail.template'
import type { MailWords } from './mail.words.en'

/** A mail with a link that proves an address. */
const proof = (name: 'verification' | 'reset' | 'emailChange') =>
  template(
    { plain: ['link', 'expiresAt'] },
    (w) => w[name].subject,
    (w, p) => ({
      paragraphs: [w[name].text, w[name].until(w.instant(p.expiresAt))],
      action: { label: w[name].action, link: p.link },
    }),
  )

const reasonOf = ({ webhookDisabled: { reasons } }: MailWords, reason: string) => reasons[reason] ?? reason

export const ACCOUNT_TEMPLATES = {
  verification: proof('verification'),
  reset: proof('reset'),
  emailChange: proof('emailChange'),
  passwordReset: template(
    { plain: ['at', 'linked', 'link'], names: ['user'] },
    (w) => w.passwordReset.subject,
    ({ passwordReset: w, instant }, p) => ({
      paragraphs: [w.text(p.user, instant(p.at)), ...(p.linked === '' ? [] : [w.linked(p.linked)]), w.warning],
      action: { label: w.action, link: p.link },
    }),
  ),
  emailChangeAsked: template(
    { plain: ['at', 'link', 'address'], names: ['user'] },
    (w) => w.emailChangeAsked.subject,
    ({ emailChangeAsked: w, instant }, p) => ({
      paragraphs: [w.text(p.user, instant(p.at)), w.warning],
      facts: [[w.address, p.address]],
      action: { label: w.action, link: p.link },
    }),
  ),
  emailChanged: template(
    { plain: ['at', 'link', 'address'], names: ['user'] },
    (w) => w.emailChanged.subject,
    (w, p) => ({
      paragraphs: [w.emailChanged.text(p.user, w.instant(p.at)), w.emailChanged.warning],
      facts: [[w.emailChangeAsked.address, p.address]],
    }),
  ),
  providerLinked: template(
    { plain: ['provider', 'at', 'link'], names: ['user'] },
    (w, p) => w.providerLinked.subject(p.provider),
    ({ providerLinked: w, instant }, p) => ({
      paragraphs: [w.text(p.user, instant(p.at), p.provider), w.warning],
      action: { label: w.action, link: p.link },
    }),
  ),
  invitation: template(
    { plain: ['role', 'link', 'expiresAt'], names: ['inviter'] },
    (w, p) => w.invitation.subject(p.inviter, p.workspace),
    (w, p) => ({
      paragraphs: [
        w.invitation.text(p.inviter, p.workspace, w.roles[p.role] ?? p.role),
        w.invitation.until(w.instant(p.expiresAt)),
      ],
      action: { label: w.invitation.action, link: p.link },
    }),
  ),
  webhookDisabled: template(
    { plain: ['at', 'host', 'reason', 'link'] },
    (w) => w.webhookDisabled.subject,
    (w, p) => ({
      paragraphs: [w.webhookDisabled.text(p.host, w.instant(p.at), reasonOf(w, p.reason)), w.webhookDisabled.remedy],
      action: { label: w.webhookDisabled.action, link: p.link },
    }),
  ),
}
