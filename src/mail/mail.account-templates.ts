// The templates of mails about accounts: links that prove an address, changes of the sign-in, and invitations.
import { formatInstant, hello, somebody, template } from './mail.template'

const ignorable = 'If you did not ask for this, you need not do anything.'

export const ACCOUNT_TEMPLATES = {
  verification: template(
    { plain: ['link', 'expiresAt'] },
    () => 'Verify your e-mail address',
    (p) => ({
      paragraphs: [
        'Hello, please confirm that this address is yours.',
        `The link works once, until ${formatInstant(p.expiresAt)}. ${ignorable}`,
      ],
      action: { label: 'Verify the address', link: p.link },
    }),
  ),
  reset: template(
    { plain: ['link', 'expiresAt'] },
    () => 'Choose a new password',
    (p) => ({
      paragraphs: [
        'Hello, somebody, probably you, asked for a new password.',
        `The link works once, until ${formatInstant(p.expiresAt)}. ${ignorable}`,
      ],
      action: { label: 'Choose a new password', link: p.link },
    }),
  ),
  passwordReset: template(
    { plain: ['at', 'linked', 'link'], names: ['user'] },
    () => 'Your password was changed',
    (p) => ({
      paragraphs: [
        `${hello(p.user)} your password was changed at ${formatInstant(p.at)} by a link sent to this address. Every session was ended, and the link to your calendar.`,
        ...(p.linked === ''
          ? []
          : [`These accounts still sign in as you: ${p.linked}. Is one of them not yours? Sign in, and unlink it.`]),
        'If this was not you, choose another password at once.',
      ],
      action: { label: 'Choose another password', link: p.link },
    }),
  ),
  emailChange: template(
    { plain: ['link', 'expiresAt'] },
    () => 'Confirm your new e-mail address',
    (p) => ({
      paragraphs: [
        'Hello, somebody, probably you, wants to use this address for their account.',
        `The link works once, until ${formatInstant(p.expiresAt)}. ${ignorable}`,
      ],
      action: { label: 'Use this address', link: p.link },
    }),
  ),
  emailChangeAsked: template(
    { plain: ['at', 'link', 'address'], names: ['user'] },
    () => 'Another e-mail address for your account',
    (p) => ({
      paragraphs: [
        `${hello(p.user)} at ${formatInstant(p.at)} your account asked to use another e-mail address.`,
        'It changes when the link that was mailed there is used. If this was not you, choose another password at once: that ends the change.',
      ],
      facts: [['New address', p.address]],
      action: { label: 'Choose another password', link: p.link },
    }),
  ),
  emailChanged: template(
    { plain: ['at', 'link', 'address'], names: ['user'] },
    () => 'The e-mail address of your account was changed',
    (p) => ({
      paragraphs: [
        `${hello(p.user)} since ${formatInstant(p.at)} your account has another e-mail address, and this one opens it no more.`,
        'If this was not you, tell an ADMIN of your team at once.',
      ],
      facts: [['New address', p.address]],
    }),
  ),
  providerLinked: template(
    { plain: ['provider', 'at', 'link'], names: ['user'] },
    (p) => `Your account can be opened with ${p.provider}`,
    (p) => ({
      paragraphs: [
        `${hello(p.user)} since ${formatInstant(p.at)} an account at ${p.provider} signs in as you.`,
        'If this was not you, choose another password at once, then unlink that account.',
      ],
      action: { label: 'Choose another password', link: p.link },
    }),
  ),
  invitation: template(
    { plain: ['role', 'link', 'expiresAt'], names: ['inviter'] },
    (p) => (p.inviter === '' ? 'You are invited to join a team' : `${p.inviter} invites you to ${p.workspace}`),
    (p) => ({
      paragraphs: [
        `${somebody(p.inviter)} invites you to join ${p.workspace || 'a team'} as ${p.role}.`,
        `The link works until ${formatInstant(p.expiresAt)}.`,
      ],
      action: { label: 'Join', link: p.link },
    }),
  ),
  webhookDisabled: template(
    { plain: ['at', 'host', 'reason'] },
    () => 'A webhook was disabled',
    (p) => ({
      paragraphs: [
        `The webhook to ${p.host} was disabled at ${formatInstant(p.at)}: ${WEBHOOK_REASONS[p.reason] ?? p.reason}. Nothing is sent there any more.`,
        'What happens gathers for 30 days. Mend the receiver, then resume the webhook: POST /v1/webhooks/{id}/resume.',
      ],
    }),
  ),
}

const WEBHOOK_REASONS: Record<string, string> = {
  gone: 'the receiver answered 410 Gone',
  unreachable: 'nothing could be delivered for five days',
  secret: 'its secret cannot be read any more, since JWT_SECRET has changed; rotate the secret first',
}
