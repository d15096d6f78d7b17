// dialect tickets: interactions with customers, and tickets about them.
import type { Hono } from 'hono'
import { type AppEnv, ctx } from '../../http/context'
import { listInteractions, listInteractionsOfCustomerOrAuthor } from '../../interactions/interactions.list'
import {
  createInteraction,
  deleteInteraction,
  getInteraction,
  updateInteraction,
} from '../../interactions/interactions.service'
import { listTickets } from '../../tickets/tickets.list'
import { openTicket, trashTicket, updateTicket } from '../../tickets/tickets.service'
import { describe, IdParam, requires, validates } from '../dialect'
import { toPageRequest } from '../fields'
import * as wire from './wire'

/** The pattern of an id in a path, which matches no other word of a path. */
export const UUID = '{[0-9a-fA-F-]+}'

export function addTimeline(app: Hono<AppEnv>): void {
  addInteractions(app)
  addTickets(app)
}

function addInteractions(app: Hono<AppEnv>): void {
  app.get(
    '/users/meetings/',
    describe('List the interactions, newest first', { 200: wire.Interaction.array() }),
    requires('interactions:read'),
    validates('query', wire.Pages),
    async (c) => {
      const { rows } = await listInteractions(ctx(c), { ...toPageRequest(c.req.valid('query')), total: false })
      return c.json(rows.map(wire.interactionOf), 200)
    },
  )
  app.post(
    `/users/meetings/:customer_id${UUID}`,
    describe('Log a meeting with a customer', { 201: wire.Inserted }),
    requires('interactions:write'),
    validates('param', wire.CustomerParam),
    validates('json', wire.Meeting),
    async (c) => {
      const { customer_id: customerId } = c.req.valid('param')
      const { id } = await createInteraction(ctx(c), {
        ...wire.loggedIn(c.req.valid('json')),
        customerId,
      })
      return c.json({ InsertedID: id }, 201)
    },
  )
  app.get(
    `/interactions/user/:id${UUID}`,
    describe('List the interactions of a user or of a customer', { 200: wire.Interaction.array() }),
    requires('interactions:read'),
    validates('param', IdParam),
    validates('query', wire.Pages),
    async (c) => {
      const rows = await listInteractionsOfCustomerOrAuthor(
        ctx(c),
        c.req.valid('param').id,
        toPageRequest(c.req.valid('query')),
      )
      return c.json(rows.map(wire.interactionOf), 200)
    },
  )
  app.post(
    '/interactions',
    describe('Log an interaction', { 201: wire.Inserted }),
    requires('interactions:write'),
    validates('json', wire.NewInteraction),
    async (c) => {
      const { customer_id: customerId, ...said } = c.req.valid('json')
      const { id } = await createInteraction(ctx(c), { ...wire.loggedIn(said), customerId })
      return c.json({ InsertedID: id }, 201)
    },
  )
  app.get(
    `/interactions/:interaction_id${UUID}`,
    describe('Get an interaction', { 200: wire.Interaction }),
    requires('interactions:read'),
    validates('param', wire.InteractionParam),
    async (c) => c.json(wire.interactionOf(await getInteraction(ctx(c), c.req.valid('param').interaction_id)), 200),
  )
  app.patch(
    `/interactions/:interaction_id${UUID}`,
    describe('Change an interaction', { 200: wire.Done }),
    requires('interactions:write'),
    validates('param', wire.InteractionParam),
    validates('json', wire.InteractionPatch),
    async (c) => {
      await updateInteraction(
        ctx(c),
        c.req.valid('param').interaction_id,
        wire.toInteractionFields(c.req.valid('json')),
        undefined,
        { notifyCustomer: true },
      )
      return c.json({ message: 'Interaction updated successfully' }, 200)
    },
  )
  app.delete(
    `/interactions/:interaction_id${UUID}`,
    describe('Delete an interaction', { 200: wire.Done }),
    requires('interactions:write'),
    validates('param', wire.InteractionParam),
    async (c) => {
      await deleteInteraction(ctx(c), c.req.valid('param').interaction_id, undefined, { notifyCustomer: true })
      return c.json({ message: 'Interaction deleted successfully' }, 200)
    },
  )
}

function addTickets(app: Hono<AppEnv>): void {
  app.get(
    '/customers/tickets/',
    describe('List the tickets', { 200: wire.Ticket.array() }),
    requires('tickets:read'),
    validates('query', wire.Pages),
    async (c) => {
      const { rows } = await listTickets(ctx(c), { ...toPageRequest(c.req.valid('query')), total: false })
      return c.json(rows.map(wire.ticketOf), 200)
    },
  )
  app.post(
    `/customers/ticket/:id${UUID}`,
    describe('Open a ticket about an interaction', { 201: wire.Inserted }),
    requires('tickets:write'),
    validates('param', IdParam),
    validates('json', wire.NewTicket),
    async (c) => {
      const { id: interactionId } = c.req.valid('param')
      const { id } = await openTicket(ctx(c), { ...c.req.valid('json'), interactionId })
      return c.json({ InsertedID: id }, 201)
    },
  )
  app.patch(
    `/customers/ticket/:id${UUID}`,
    describe('Change a ticket', { 200: wire.Done }),
    requires('tickets:write'),
    validates('param', IdParam),
    validates('json', wire.TicketPatch),
    async (c) => {
      await updateTicket(ctx(c), c.req.valid('param').id, c.req.valid('json'))
      return c.json({ message: 'Ticket updated successfully' }, 200)
    },
  )
  app.delete(
    `/customers/ticket/:id${UUID}`,
    describe('Delete a ticket', { 200: wire.Done }),
    requires('tickets:handle'),
    validates('param', IdParam),
    async (c) => {
      await trashTicket(ctx(c), c.req.valid('param').id)
      return c.json({ message: 'Ticket deleted successfully' }, 200)
    },
  )
}
