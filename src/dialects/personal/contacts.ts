// dialect personal: contacts and their tags. A contact is a customer of the product.
import type { Context, Hono } from 'hono'
import { createCustomer, trashCustomer, updateCustomer } from '../../customers/customers.service'
import { getCustomerWithTags } from '../../customers/customers.with-tags'
import { AppError } from '../../errors'
import { exportCustomers } from '../../exports/exports.service'
import { download } from '../../exports/exports.stream'
import { type AppEnv, ctx } from '../../http/context'
import { loadBackground } from '../../late'
import { HOST } from '../../late/background.host.mjs'
import { TAGGED } from '../../tags/tagged'
import { tagRecord, untagRecord } from '../../tags/tagging.service'
import { deleteTagNamed, getTagNamed } from '../../tags/tags.service'
import { describe, requires, validates, validatesEither } from '../dialect'
import { hasFields } from '../fields'
import * as wire from './wire'

export function addContacts(app: Hono<AppEnv>, base: string): void {
  addRecords(app, `${base}/contacts`)
  addTags(app, `${base}/contacts`)
}

function addRecords(app: Hono<AppEnv>, base: string): void {
  app.post(
    `${base}/add-contact`,
    describe('Create a contact', { 201: wire.withData(wire.Contact) }),
    requires('customers:write'),
    validatesEither(wire.NewContact),
    async (c) => {
      const { tags = [], ...contact } = c.req.valid('json')
      const made = await createCustomer(ctx(c), contact)
      const data = wire.Contact.parse(tags.length > 0 ? await tagged(c, made.id, tags) : { ...made, tags })
      return c.json({ message: 'Contact added successfully', data }, 201)
    },
  )
  app.get(
    `${base}/get-contact-by-id`,
    describe('Get a contact', { 200: wire.withData(wire.Contact), 404: 'Contact not found' }),
    requires('customers:read'),
    validatesEither(wire.ContactId),
    async (c) => {
      const data = wire.Contact.parse(await getCustomerWithTags(ctx(c), c.req.valid('json').contactId))
      return c.json({ message: 'Contact fetched successfully', data }, 200)
    },
  )
  app.patch(
    `${base}/update-contact`,
    describe('Change a contact', { 200: wire.withData(wire.Contact), 404: 'Contact not found' }),
    requires('customers:write'),
    validatesEither(wire.ContactPatch),
    async (c) => {
      const { contactId, tags, ...contact } = c.req.valid('json')
      const changed = hasFields(contact) ? await updateCustomer(ctx(c), contactId, contact) : undefined
      const data = wire.Contact.parse(tags || !changed ? await tagged(c, contactId, tags ?? []) : changed)
      return c.json({ message: 'Contact updated successfully', data }, 200)
    },
  )
  app.delete(
    `${base}/delete-contact`,
    describe('Delete a contact', { 200: wire.Done, 404: 'Contact not found' }),
    requires('customers:write'),
    validatesEither(wire.ContactId),
    async (c) => {
      await trashCustomer(ctx(c), c.req.valid('json').contactId)
      return c.json({ message: 'Contact deleted successfully' }, 200)
    },
  )
  app.delete(
    `${base}/delete-multiple-contacts`,
    describe('Delete many contacts', { 200: wire.withData(wire.Deleted) }),
    requires('customers:write'),
    validatesEither(wire.Contacts),
    async (c) => {
      const { trashCustomers } = await loadBackground(HOST)
      const data = wire.Deleted.parse(await trashCustomers(ctx(c), c.req.valid('json').contactIds))
      return c.json({ message: 'Contacts deleted successfully', data }, 200)
    },
  )

  app.get(
    `${base}/export-contacts`,
    describe('Export the contacts', { 200: { types: ['text/csv', 'application/json', 'text/vcard'] } }),
    requires('exports:read'),
    validates('query', wire.ExportQuery),
    async (c) => download(c, await exportCustomers(ctx(c), { ...c.req.valid('query'), columns: wire.COLUMNS })),
  )
}

/** The contact with these tags and no others. */
async function tagged(c: Context<AppEnv>, id: string, tags: string[]) {
  const before = await getCustomerWithTags(ctx(c), id)
  const isIn = (list: string[], name: string) => list.some((each) => each.toLowerCase() === name.toLowerCase())
  const add = tags.filter((name) => !isIn(before.tags, name))
  const remove = before.tags.filter((name) => !isIn(tags, name))
  if (add.length + remove.length === 0) return before
  const { tagCustomers } = await loadBackground(HOST)
  await tagCustomers(ctx(c), { customerIds: [id], add, remove })
  return getCustomerWithTags(ctx(c), id)
}

function addTags(app: Hono<AppEnv>, base: string): void {
  app.post(
    `${base}/add-tag`,
    describe('Add a tag to a contact', { 200: wire.Done, 404: 'Contact not found' }),
    requires('customers:write'),
    validatesEither(wire.ContactTag),
    async (c) => {
      const { contactId, tag } = c.req.valid('json')
      await tagRecord(ctx(c), TAGGED.customers, contactId, tag)
      return c.json({ message: 'Tag added successfully' }, 200)
    },
  )
  app.post(
    `${base}/add-multiple-tags`,
    describe('Add tags to a contact', { 200: wire.Done, 404: 'Contact not found' }),
    requires('customers:write', { isAsked: true }),
    validatesEither(wire.ContactTags),
    async (c) => {
      const { contactId, tags: add } = c.req.valid('json')
      const { tagCustomers } = await loadBackground(HOST)
      const { notFound } = await tagCustomers(ctx(c), { customerIds: [contactId], add, remove: [] })
      if (notFound.length > 0) throw new AppError('not_found')
      return c.json({ message: 'Tags added successfully' }, 200)
    },
  )
  app.delete(
    `${base}/delete-tag-from-contact`,
    describe('Remove a tag from a contact', { 200: wire.Done, 404: 'Contact not found' }),
    requires('customers:write'),
    validatesEither(wire.ContactTag),
    async (c) => {
      const { contactId, tag } = c.req.valid('json')
      await untagRecord(ctx(c), TAGGED.customers, contactId, tag)
      return c.json({ message: 'Tag removed successfully' }, 200)
    },
  )
  app.delete(
    `${base}/delete-multiple-tags-from-contacts`,
    describe('Remove tags from contacts', { 200: wire.withData(wire.Tagged) }),
    requires('customers:write'),
    validatesEither(wire.ManyTags),
    async (c) => {
      const { contactIds: customerIds, tags: remove } = c.req.valid('json')
      const { tagCustomers } = await loadBackground(HOST)
      const data = wire.Tagged.parse(await tagCustomers(ctx(c), { customerIds, add: [], remove }))
      return c.json({ message: 'Tags removed successfully', data }, 200)
    },
  )
  app.get(
    `${base}/get-tag-usage/:tagName`,
    describe('Count the contacts with a tag', { 200: wire.withData(wire.Usage), 404: 'Tag not found' }),
    requires('tags:read'),
    validates('param', wire.TagParam),
    async (c) => {
      const { name: tag, count } = await getTagNamed(ctx(c), c.req.valid('param').tagName)
      return c.json({ message: 'Tag usage fetched successfully', data: { tag, count } }, 200)
    },
  )
  app.delete(
    `${base}/delete-tag`,
    describe('Delete a tag', { 200: wire.Done, 404: 'Tag not found' }),
    requires('tags:write'),
    validatesEither(wire.TagBody),
    async (c) => {
      await deleteTagNamed(ctx(c), c.req.valid('json').tag)
      return c.json({ message: 'Tag deleted successfully' }, 200)
    },
  )
}
