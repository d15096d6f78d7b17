// Settings: API keys for programs.
import { PERMISSIONS, SCOPES } from '../../access/policy'
import { paged } from '../../http/pagination'
import { NewApiKey } from '../../keys/keys.schemas'
import { createKey, listKeys, revokeKey } from '../../keys/keys.service'
import { parsed } from '../desk.form'
import { pageOf } from '../desk.question'
import { at, page } from '../page'
import { Act, Field, Form } from '../parts/forms'
import { Empty, Section } from '../parts/lists'
import { Secret, Settings } from '../parts/settings'
import { Time } from '../parts/times'

const PATH = at('settings/keys')

export const keysPage = page({
  path: '/settings/keys',
  needs: 'api-keys:read',
  load: (desk) => ({ list: paged(desk.c, pageOf(desk), (query) => listKeys(desk.ctx, query)) }),
  view: (desk, { list }) => {
    const { keys: words } = desk.words.settings
    return {
      title: desk.words.nav.settings,
      content: (
        <Settings desk={desk} part="keys">
          <Secret desk={desk} label={words.shown} />
          <Section id="keys" title={words.title} note={words.hint} class="card">
            {list.data.length === 0 && <Empty text={words.none} />}
            <ul class="side-list">
              {list.data.map(({ id, name, prefix, scopes, createdAt, lastUsedAt, expiresAt, makerLeft }) => (
                <li>
                  <span>
                    <strong>{name}</strong> <code>{prefix}</code>{' '}
                    <span class="note">
                      {scopes.join(', ')} · {words.made} <Time desk={desk} at={createdAt} /> ·{' '}
                      {lastUsedAt ? (
                        <>
                          {words.used} <Time desk={desk} at={lastUsedAt} />
                        </>
                      ) : (
                        words.unused
                      )}
                      {expiresAt && (
                        <>
                          {' '}
                          · {words.expires} <Time desk={desk} at={expiresAt} />
                        </>
                      )}
                      {makerLeft && ` · ${words.makerLeft}`}
                    </span>
                  </span>
                  <Act
                    desk={desk}
                    action={`${PATH}/revoke`}
                    label={words.revoke}
                    about={name}
                    fields={{ id, name }}
                    confirm={words.revokeSure}
                  />
                </li>
              ))}
            </ul>
          </Section>
          <Section id="new" title={words.new} class="card">
            <Form desk={desk} action={`${PATH}/make`} class="stack" stays>
              <Field desk={desk} name="name" label={words.name} required maxlength={100} />
              <fieldset class="scopes">
                <legend>{words.scopes}</legend>
                {SCOPES.map((scope) => (
                  <label class="check">
                    <input
                      type="checkbox"
                      name="scopes"
                      value={scope}
                      checked={desk.form.all('scopes').includes(scope)}
                    />{' '}
                    <code>{scope}</code> <span class="note">{PERMISSIONS[scope]}</span>
                  </label>
                ))}
                {desk.failure?.fields.scopes && <p class="wrong">{desk.failure.fields.scopes}</p>}
              </fieldset>
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
      needs: 'api-keys:write',
      isRecent: true,
      async run({ ctx, form }) {
        const { key } = await createKey(ctx, parsed(NewApiKey, { name: form.get('name'), scopes: form.all('scopes') }))
        return { secret: key }
      },
    },
    revoke: {
      needs: 'api-keys:write',
      isQuick: true,
      async run({ ctx, form, words }) {
        await revokeKey(ctx, form.get('id'))
        return { to: PATH, say: words.settings.keys.revoked(form.get('name').slice(0, 100)) }
      },
    },
  },
})
