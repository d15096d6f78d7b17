// dialect personal: notes and interactions. Both are interactions of the product; a note is one of the type NOTE.
import type { Hono } from 'hono'
import { type AppEnv, ctx } from '../../http/context'
import { listInteractions } from '../../interactions/interactions.list'
import { bodyOfNote, updateNote } from '../../interactions/interactions.notes'
import {
  createInteraction,
  deleteInteraction,
  getInteraction,
  updateInteraction,
} from '../../interactions/interactions.service'
import { describe, requires, validatesEither } from '../dialect'
import { pagination, toPageRequest } from '../fields'
import * as wire from './wire'

const NO_NOTE = 'Note not found'
const NONE = 'Interaction not found'

export function addTimeline(app: Hono<AppEnv>, base: string): void {
  addNotes(app, `${base}/notes`)
  addInteractions(app, `${base}/interactions`)
}

function addNotes(app: Hono<AppEnv>, base: string): void {
  app.post(
    `${base}/create-note`,
    describe('Write a note', { 201: wire.withData(wire.Note), 404: 'Contact not found' }),
    requires('interactions:write'),
    validatesEither(wire.NewNote),
    async (c) => {
      const { contactId: customerId, title = null, content } = c.req.valid('json')
      const note = await createInteraction(ctx(c), { customerId, body: bodyOfNote({ title, content }), type: 'NOTE' })
      return c.json({ message: 'Note created successfully', data: wire.noteOf(note) }, 201)
    },
  )
  app.get(
    `${base}/list-notes`,
    describe('List notes, newest first', { 200: wire.listOf(wire.Note) }),
    requires('interactions:read'),
    validatesEither(wire.ListQuery),
    async (c) => {
      const { contactId: customer, ...pages } = c.req.valid('json')
      const { rows, total } = await listInteractions(ctx(c), { ...toPageRequest(pages), customer, type: ['NOTE'] })
      const data = rows.map(wire.noteOf)
      return c.json({ message: 'Notes fetched successfully', data, pagination: pagination(pages, total) }, 200)
    },
  )
  app.get(
    `${base}/get-note`,
    describe('Get a note', { 200: wire.withData(wire.Note), 404: NO_NOTE }),
    requires('interactions:read'),
    validatesEither(wire.NoteId),
    async (c) => {
      const note = await getInteraction(ctx(c), c.req.valid('json').noteId, { isNote: true })
      return c.json({ message: 'Note fetched successfully', data: wire.noteOf(note) }, 200)
    },
  )
  app.patch(
    `${base}/update-note`,
    describe('Change a note', { 200: wire.withData(wire.Note), 404: NO_NOTE }),
    requires('interactions:write'),
    validatesEither(wire.NotePatch),
    async (c) => {
      const { noteId, ...note } = c.req.valid('json')
      const data = wire.noteOf(await updateNote(ctx(c), noteId, note))
      return c.json({ message: 'Note updated successfully', data }, 200)
    },
  )
  app.delete(
    `${base}/delete-note`,
    describe('Delete a note', { 200: wire.Done, 404: NO_NOTE }),
    requires('interactions:write'),
    validatesEither(wire.NoteId),
    async (c) => {
      await deleteInteraction(ctx(c), c.req.valid('json').noteId, undefined, { isNote: true })
      return c.json({ message: 'Note deleted successfully' }, 200)
    },
  )
}

function addInteractions(app: Hono<AppEnv>, base: string): void {
  app.post(
    `${base}/log-interaction`,
    describe('Log an interaction', { 201: wire.withData(wire.Interaction), 404: 'Contact not found' }),
    requires('interactions:write'),
    validatesEither(wire.NewInteraction),
    async (c) => {
      const { contactId: customerId, type, content: body, ...dates } = c.req.valid('json')
      const times = wire.toInteractionFields(dates)
      const logged = await createInteraction(ctx(c), { ...times, customerId, type, body })
      const data = wire.Interaction.parse(wire.entryOf(logged))
      return c.json({ message: 'Interaction logged successfully', data }, 201)
    },
  )
  app.get(
    `${base}/list-interactions`,
    describe('List interactions, newest first', { 200: wire.listOf(wire.Interaction) }),
    requires('interactions:read'),
    validatesEither(wire.ListQuery),
    async (c) => {
      const { contactId: customer, ...pages } = c.req.valid('json')
      const { rows, total } = await listInteractions(ctx(c), { ...toPageRequest(pages), customer, besides: 'NOTE' })
      const data = rows.map((row) => wire.Interaction.parse(wire.entryOf(row)))
      return c.json({ message: 'Interactions fetched successfully', data, pagination: pagination(pages, total) }, 200)
    },
  )
  app.get(
    `${base}/get-interaction`,
    describe('Get an interaction', { 200: wire.withData(wire.Interaction), 404: NONE }),
    requires('interactions:read'),
    validatesEither(wire.InteractionId),
    async (c) => {
      const found = await getInteraction(ctx(c), c.req.valid('json').interactionId, { isNote: false })
      const data = wire.Interaction.parse(wire.entryOf(found))
      return c.json({ message: 'Interaction fetched successfully', data }, 200)
    },
  )
  app.patch(
    `${base}/update-interaction`,
    describe('Change an interaction', { 200: wire.withData(wire.Interaction), 404: NONE }),
    requires('interactions:write'),
    validatesEither(wire.InteractionPatch),
    async (c) => {
      const { interactionId, ...given } = c.req.valid('json')
      const fields = wire.toInteractionFields(given)
      const changed = await updateInteraction(ctx(c), interactionId, fields, undefined, { isNote: false })
      const data = wire.Interaction.parse(wire.entryOf(changed))
      return c.json({ message: 'Interaction updated successfully', data }, 200)
    },
  )
  app.delete(
    `${base}/delete-interaction`,
    describe('Delete an interaction', { 200: wire.Done, 404: NONE }),
    requires('interactions:write'),
    validatesEither(wire.InteractionId),
    async (c) => {
      await deleteInteraction(ctx(c), c.req.valid('json').interactionId, undefined, { isNote: false })
      return c.json({ message: 'Interaction deleted successfully' }, 200)
    },
  )
}
