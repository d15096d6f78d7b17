// Settings of the workspace: its name, the form for a website, and the plan.
import type { FC } from 'hono/jsx'
import { getBilling, openCheckout, openPortal } from '../../billing/billing.service'
import { hasBilling } from '../../billing/stripe'
import { createLead } from '../../leads/leads.service'
import { WorkspacePatch } from '../../workspaces/workspaces.schemas'
import { getWorkspace, updateWorkspace } from '../../workspaces/workspaces.service'
import type { Desk } from '../desk'
import { parsed, patchOf } from '../desk.form'
import { at, page } from '../page'
import { Act, Field, Form, Hidden, Select } from '../parts/forms'
import { Section } from '../parts/lists'
import { Settings } from '../parts/settings'
import { count } from '../parts/times'
import { countryOptions, zoneOptions } from '../parts/zones'
import { languages, type Words, wordsOf } from '../words/words'
import { formSnippet } from './enquire'

const PATH = at('settings/workspace')

export const workspacePage = page({
  path: '/settings/workspace',
  needs: 'workspace:write',
  load: ({ ctx }) => ({
    workspace: getWorkspace(ctx),
    billing: hasBilling(ctx.config) ? getBilling(ctx) : Promise.resolve(undefined),
  }),
  // The form is for visitors: it speaks as the workspace.
  more: async (_, { workspace }) => ({ site: (await wordsOf(workspace.language)).doors }),
  view: (desk, { workspace, billing, site }) => ({
    title: desk.words.nav.settings,
    content: (
      <Settings desk={desk} part="workspace">
        <Workspace desk={desk} workspace={workspace} />
        <Snippet desk={desk} workspace={workspace} site={site} />
        {billing && <Plan desk={desk} billing={billing} />}
      </Settings>
    ),
  }),
  actions: {
    save: {
      needs: 'workspace:write',
      async run({ ctx, form, words }) {
        const names = ['name', 'slug', 'timeZone', 'defaultCountry', 'language']
        await updateWorkspace(ctx, parsed(WorkspacePatch, patchOf(form, names)), Number(form.get('version')))
        return { to: PATH, say: words.settings.saved }
      },
    },
    'try-form': {
      needs: 'workspace:write',
      isQuick: true,
      async run({ ctx, words }) {
        const { formTest, formTried } = words.settings.workspace
        await createLead(ctx, { title: formTest, name: formTest, source: 'website', ownerId: null })
        return { to: PATH, say: formTried }
      },
    },
    subscribe: {
      needs: 'billing:write',
      isQuick: true,
      run: async ({ c, ctx }) => c.redirect((await openCheckout(ctx)).url, 303),
    },
    portal: {
      needs: 'billing:write',
      isQuick: true,
      run: async ({ c, ctx }) => c.redirect((await openPortal(ctx)).url, 303),
    },
  },
})

/** The address to which Stripe and the limits of a plan lead. */
export const billingPage = page({
  path: '/billing',
  needs: 'billing:read',
  view: (desk) => desk.c.redirect(PATH, 303),
})

type Row = Awaited<ReturnType<typeof getWorkspace>>

const Workspace: FC<{ desk: Desk; workspace: Row }> = ({ desk, workspace }) => {
  const { settings, labels, form } = desk.words
  const { workspace: words } = settings
  return (
    <Section id="workspace" title={words.title} class="card">
      <Form desk={desk} action={`${PATH}/save`} class="stack" stays>
        <Hidden name="version" value={String(workspace.version)} />
        <div class="pair">
          <Field desk={desk} name="name" label={labels.name} value={workspace.name} required />
          <Field desk={desk} name="slug" label={words.slug} value={workspace.slug} hint={words.slugHint} required />
        </div>
        <div class="pair">
          <Select
            desk={desk}
            name="timeZone"
            label={settings.profile.timeZone}
            value={workspace.timeZone}
            hint={words.timeZoneHint}
            options={zoneOptions()}
          />
          <Select
            desk={desk}
            name="defaultCountry"
            label={words.country}
            value={workspace.defaultCountry}
            hint={words.countryHint}
            options={[{ value: '', label: words.noCountry }, ...countryOptions(desk)]}
          />
        </div>
        <Select
          desk={desk}
          name="language"
          label={words.language}
          value={workspace.language}
          hint={words.languageHint}
          options={languages}
        />
        <div class="tools">
          <button type="submit" class="strong">
            {form.save}
          </button>
        </div>
      </Form>
    </Section>
  )
}

type SnippetProps = { desk: Desk; workspace: Pick<Row, 'slug'>; site: Words['doors'] }

const Snippet: FC<SnippetProps> = ({ desk, workspace, site }) => {
  const { workspace: words } = desk.words.settings
  const origin = desk.ctx.config.WORKER_URL ?? new URL(desk.c.req.url).origin
  return (
    <Section id="form" title={words.form} note={words.formHint} class="card">
      <textarea class="code" rows={8} readonly aria-label={words.form} data-copies>
        {formSnippet(origin, workspace.slug, site)}
      </textarea>
      <p class="note">
        {words.formLink} <a href={at('enquire', workspace.slug)}>{`${origin}${at('enquire', workspace.slug)}`}</a>
      </p>
      <p class="note">
        {words.formApi}{' '}
        <code>{`POST ${origin}/v1/enquiries { workspace: '${workspace.slug}', name, email, message }`}</code>
      </p>
      <div class="tools">
        <Act desk={desk} action={`${PATH}/try-form`} label={words.formTry} />
      </div>
    </Section>
  )
}

const Plan: FC<{ desk: Desk; billing: Awaited<ReturnType<typeof getBilling>> }> = ({ desk, billing }) => {
  const { workspace: words } = desk.words.settings
  return (
    <Section id="plan" title={words.plan} note={billing.plan} class="card">
      <dl class="facts">
        {billing.limits.map(({ of, count: used, max }) => (
          <>
            <dt>{words.limits[of]}</dt>
            <dd>{words.of(count(used, desk), count(max, desk))}</dd>
          </>
        ))}
      </dl>
      <div class="tools">
        <Act desk={desk} action={`${PATH}/subscribe`} label={words.subscribe} />
        <Act desk={desk} action={`${PATH}/portal`} label={words.portal} class="quiet" />
      </div>
    </Section>
  )
}
