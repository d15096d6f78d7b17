// A customer together with its tags, in one round trip.
import { and, eq, isNull, sql } from 'drizzle-orm'
import { visible } from '../access/visible'
import type { Ctx } from '../context'
import { one, runBatch } from '../db/batch'
import { customers, customerTags, tags } from '../db/schema'
import { AppError } from '../errors'
import { type CustomerRow, customerColumns } from './customers.record'
import { redactFor } from './customers.service'

/** A customer in reach with the names of its tags, the oldest tag first. Throws `not_found`. */
export async function getCustomerWithTags({ db, actor }: Ctx, id: string): Promise<CustomerRow & { tags: string[] }> {
  const isCustomer = and(eq(customers.id, id), visible(actor, 'customers:read', customers))
  const { customer, names } = await runBatch(db, {
    customer: one(db.select(customerColumns).from(customers).where(isCustomer)),
    names: db
      .select({ name: tags.name })
      .from(customerTags)
      .crossJoin(tags)
      .where(
        and(
          sql`${customerTags.customerId} = (SELECT ${customers.id} FROM ${customers} WHERE ${isCustomer})`,
          eq(tags.id, customerTags.tagId),
          isNull(tags.deletedAt),
        ),
      )
      .orderBy(customerTags.tagId),
  })
  if (!customer) throw new AppError('not_found')
  return { ...redactFor(actor, customer), tags: names.map(({ name }) => name) }
}
