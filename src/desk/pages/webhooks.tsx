// Settings: webhooks, and what became of the messages of each.
import type { FC } from 'hono/jsx'
import { paged } from '../../http/pagination'
import { pauseWebhook, resumeWebhook } from '../../webhooks/webhooks.control'
import { listDeliveries } from '../../webhooks/webhooks.deliveries'
import { retryDelivery } from '../../webhooks/webhooks.replay'
import { NewWebhook } from '../../webhooks/webhooks.schemas'
import { createWebhook, deleteWebhook, getWebhook, listWebhooks, testWebhook } from '../../webhooks/webhooks.service'
import type { Desk } from '../desk'
import { formOf, parsed } from '../desk.form'
import { pageOf } from '../desk.question'
import { at, page } from '../page'
import { Act, Field, Form } from '../parts/forms'
import { Empty, Pages, Section } from '../parts/lists'
import { Secret, Settings } from '../parts/settings'
import { Time } from '../parts/times'

const PATH = at('settings/webhooks')
const webhookPath = (id: string, ...rest: string[]) => at('settings/webhooks', id, ...rest)

export const webhooksPage = page({
  path: '/settings/webhooks',
  needs: 'webhooks:read',
  load: (desk) => ({ list: paged(desk.c, pageOf(desk), (query) => listWebhooks(desk.ctx, query)) }),
  view: (desk, { list }) => {
    const { webhooks: words } = desk.words.settings
    return {
      title: desk.words.nav.settings,
      content: (
        <Settings desk={desk} part="webhooks">
          <Secret desk={desk} label={words.shown} />
          <Section id="webhooks" title={words.title} note={words.hint} class="card">
            {list.data.length === 0 && <Empty text={words.none} />}
            <ul class="side-list">
              {list.data.map((webhook) => (
                <li>
                  <span>
                    <a href={webhookPath(webhook.id)}>{webhook.url}</a>{' '}
                    <span class="note">
                      {webhook.types.join(' ')} · <Delivered desk={desk} at={webhook.lastDeliveredAt} />
                    </span>
                  </span>
                  <State desk={desk} state={webhook.state} />
                </li>
              ))}
            </ul>
          </Section>
          <Section id="new" title={words.new} class="card">
            <Form desk={desk} action={`${PATH}/make`} class="stack" stays>
              <div class="pair">
                <Field desk={desk} name="url" label={words.url} type="url" hint={words.urlHint} required />
                <Field desk={desk} name="types" label={words.types} value="*" hint={words.typesHint} required />
              </div>
              <div class="tools">
                <button type="submit" class="strong">
                  {words.make}
                </button>
              </div>
            </Form>
          </Section>
        </Settings>
      ),
    }
  },
  actions: {
    make: {
      needs: 'webhooks:write',
      async run(desk) {
        const { c, ctx, form } = desk
        const types = form
          .get('types')
          .split(/[\s,]+/)
          .filter((type) => type !== '')
        const input = parsed(NewWebhook, { url: form.get('url'), types })
        const { secret } = await createWebhook(ctx, input, new URL(c.req.url).hostname)
        desk.form = formOf()
        return { secret }
      },
    },
  },
})

export const webhookPage = page({
  path: '/settings/webhooks/:id',
  needs: 'webhooks:read',
  load: (desk) => ({
    webhook: getWebhook(desk.ctx, desk.id),
    list: paged(desk.c, pageOf(desk), (query) => listDeliveries(desk.ctx, desk.id, query)),
  }),
  view: (desk, { webhook, list }) => {
    const { webhooks: words } = desk.words.settings
    const { id, url, types, state, lastDeliveredAt } = webhook
    return {
      title: url,
      up: { href: PATH, label: words.title },
      tools: <State desk={desk} state={state} />,
      content: (
        <>
          <p class="note">
            {types.join(' ')} · <Delivered desk={desk} at={lastDeliveredAt} />
          </p>
          <div class="tools">
            <Act desk={desk} action={webhookPath(id, 'test')} label={words.test} />
            {state === 'PAUSED' || state === 'DISABLED' ? (
              <Act desk={desk} action={webhookPath(id, 'resume')} label={words.resume} />
            ) : (
              <Act desk={desk} action={webhookPath(id, 'pause')} label={words.pause} />
            )}
            <Act
              desk={desk}
              action={webhookPath(id, 'delete')}
              label={words.remove}
              confirm={desk.words.form.sure}
              class="danger"
            />
          </div>
          <Section id="log" title={words.log} class="card">
            {list.data.length === 0 && <Empty text={words.allArrived} />}
            <ul class="side-list">
              {list.data.map((one) => (
                <li>
                  <span>
                    {one.type}{' '}
                    <span class="note">
                      {[words.waiting[one.state], words.attempts(one.attempts), one.status, one.error]
                        .filter(Boolean)
                        .join(' · ')}{' '}
                      {one.lastTriedAt && <Time desk={desk} at={one.lastTriedAt} />}
                    </span>
                  </span>
                  {one.state !== 'DELIVERED' && (
                    <Act
                      desk={desk}
                      action={webhookPath(id, 'retry')}
                      label={words.retry}
                      about={one.type}
                      fields={{ delivery: one.id }}
                    />
                  )}
                </li>
              ))}
            </ul>
            <Pages desk={desk} path={webhookPath(id)} shown={list.data.length} {...list} of={words.deliveries} />
          </Section>
        </>
      ),
    }
  },
  actions: {
    test: {
      needs: 'webhooks:write',
      isQuick: true,
      async run({ ctx, id, words: { settings } }) {
        const { isDelivered, status, error } = await testWebhook(ctx, id)
        const { tested, untested } = settings.webhooks
        return { say: isDelivered ? tested(String(status)) : untested(String(status ?? error)) }
      },
    },
    pause: {
      needs: 'webhooks:write',
      isQuick: true,
      async run({ ctx, id, words: { settings } }) {
        await pauseWebhook(ctx, id)
        return { say: settings.webhooks.paused, undo: { action: webhookPath(id, 'resume'), fields: {} } }
      },
    },
    resume: {
      needs: 'webhooks:write',
      isQuick: true,
      async run({ ctx, id, words: { settings } }) {
        await resumeWebhook(ctx, id, 'backlog')
        return { say: settings.webhooks.resumed }
      },
    },
    retry: {
      needs: 'webhooks:write',
      isQuick: true,
      async run({ ctx, id, form, words: { settings } }) {
        await retryDelivery(ctx, id, form.get('delivery'))
        return { say: settings.webhooks.retried }
      },
    },
    delete: {
      needs: 'webhooks:write',
      isQuick: true,
      async run({ ctx, id, words: { settings } }) {
        await deleteWebhook(ctx, id)
        return { to: PATH, say: settings.webhooks.removed }
      },
    },
  },
})

const State: FC<{ desk: Desk; state: string }> = ({ desk, state }) => {
  const kind = state === 'ACTIVE' ? 'good' : state === 'PAUSED' ? '' : 'bad'
  return <span class={`pill ${kind}`}>{desk.words.settings.webhooks.states[state] ?? state}</span>
}

const Delivered: FC<{ desk: Desk; at: string | null }> = ({ desk, at: instant }) => {
  const { webhooks: words } = desk.words.settings
  if (instant === null) return <>{words.never}</>
  return (
    <>
      {words.delivered} <Time desk={desk} at={instant} />
    </>
  )
}
