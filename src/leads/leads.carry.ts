// What a lead hands to the customer that it becomes: its tags, and the custom fields that the customer lacks.
import { type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../context'
import { customers, customerTags, leads, leadTags, tags } from '../db/schema'
import { columnIn, insertFrom } from '../db/sql'
import { eventInsert, hasChanges } from '../events/event-insert'
import { MAX_JSON_BYTES } from '../records/custom-fields'
import { versionStamp } from '../records/version'

// The customer's fields come first, and stand where both have one.
function filled(field: 'customFields' | 'foldedFields', customer: SQL, lead: SQL): SQL {
  const [mine, theirs] = [sql`coalesce(${customer}.`, sql`coalesce(${lead}.`].map(
    (start) => sql`${start}${sql.raw(field === 'customFields' ? 'custom_fields' : 'folded_fields')}, '{}')`,
  )
  return sql`json_patch(json_patch(${mine}, ${theirs}), ${mine})`
}

/** True for the row of a lead whose custom fields fit into 16 KB together with those of the customer. */
export function fitsCustomer(customerId: SQL): SQL {
  return sql`NOT EXISTS (SELECT 1 FROM ${customers} AS heir WHERE heir.id = ${customerId} AND ${leads.customFields} IS NOT NULL
    AND length(CAST(${filled('customFields', sql`heir`, sql`${leads}`)} AS BLOB)) > ${MAX_JSON_BYTES})`
}

/** The statements that hand them over once the lead is converted, each with its event, if there is anything to hand over. */
export function carriedStatements(ctx: Ctx, leadId: string, customerId: SQL, isConverted: SQL) {
  const { db, now } = ctx
  const giver = sql`${leads} AS giver`
  const filledBy = (field: 'customFields' | 'foldedFields') =>
    sql`(SELECT ${filled(field, sql`${customers}`, sql`giver`)} FROM ${giver} WHERE giver.id = ${leadId})`
  const gains = { customFields: filledBy('customFields') }
  const isHeir = sql`${customers.id} = ${customerId} AND ${isConverted}
    AND EXISTS (SELECT 1 FROM ${giver} WHERE giver.id = ${leadId} AND giver.custom_fields IS NOT NULL)
    AND ${hasChanges(customers, gains)}`
  const newTags = sql`${leadTags} AS given CROSS JOIN ${tags} AS t ON t.id = given.tag_id
    WHERE given.lead_id = ${leadId} AND t.deleted_at IS NULL AND ${isConverted} AND NOT EXISTS (SELECT 1 FROM ${customerTags} AS has
      WHERE ${columnIn('has', customerTags.customerId)} = ${customerId} AND ${columnIn('has', customerTags.tagId)} = t.id)`
  const names = sql`(SELECT json_group_array(t.name) FROM ${newTags})`
  return {
    fieldsEvent: eventInsert(ctx, {
      verb: 'customer.updated',
      subject: 'customer',
      id: sql`${customers.id}`,
      changes: sql`json_object('customFields', json_array(json(${customers.customFields}), json(${gains.customFields})))`,
      from: sql`${customers}`,
      isOne: true,
      when: isHeir,
    }),
    fieldsCarried: db
      .update(customers)
      .set({ ...gains, foldedFields: filledBy('foldedFields'), ...versionStamp(customers, now) })
      .where(isHeir),
    tagsEvent: eventInsert(ctx, {
      verb: 'customer.tagged',
      subject: 'customer',
      id: customerId,
      changes: sql`json_object('tags', json_array(json_array(), json(${names})))`,
      when: sql`EXISTS (SELECT 1 FROM ${newTags})`,
    }),
    tagsCarried: insertFrom(db, customerTags, { customerId, tagId: sql`t.id` }, sql`FROM ${newTags}`),
  }
}
