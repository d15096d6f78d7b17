// What ties a customer to others: tags, and relationships to other customers.
import type { FC } from 'hono/jsx'
import type { CustomerRow } from '../../customers/customers.record'
import type { RelationshipRow } from '../../customers/relationships.service'
import type { Desk } from '../desk'
import { at } from '../page'
import { Act, Form } from './forms'
import { Icon } from './icons'
import { Section } from './lists'
import { customerPath } from './records'

/** The tags of a customer, and a field for one more. */
export const Tags: FC<{ desk: Desk; customer: CustomerRow; tags: { id: string; name: string }[] }> = ({
  desk,
  customer,
  tags,
}) => {
  const { words } = desk
  return (
    <Section id="tags" title={words.customer.tags} class="card">
      <div class="tags">
        {tags.map(({ name }) => (
          <span class="tag">
            <a href={`${at('customers')}?tag=${encodeURIComponent(name)}`}>{name}</a>
            {desk.can('customers:write') && (
              <Act
                desk={desk}
                action={customerPath(customer.id, 'untag')}
                label=""
                about={words.customer.untag(name)}
                fields={{ name }}
                icon={<Icon name="close" />}
              />
            )}
          </span>
        ))}
        {tags.length === 0 && <span class="note">{words.customer.noTags}</span>}
      </div>
      {desk.can('customers:write') && (
        <Form desk={desk} action={customerPath(customer.id, 'tag')} class="inline">
          <input
            name="name"
            aria-label={words.customer.tag}
            placeholder={words.customer.newTag}
            maxlength={50}
            required
          />
          <button type="submit">{words.customer.addTag}</button>
        </Form>
      )}
    </Section>
  )
}

/** Who belongs to a customer. */
export const Relationships: FC<{ desk: Desk; customer: CustomerRow; rows: RelationshipRow[] }> = ({
  desk,
  customer,
  rows,
}) => {
  const { words } = desk
  const isWritten = desk.can('customers:write')
  return (
    <Section
      id="relationships"
      title={words.customer.relationships}
      class="card"
      more={isWritten ? { href: customerPath(customer.id, 'relate'), label: words.customer.relate } : undefined}
    >
      <ul class="side-list">
        {rows.map(({ customer: other, kind }) => (
          <li>
            <span>
              <a href={customerPath(other.id)}>{other.name}</a> <span class="note">{words.kinds[kind] ?? kind}</span>
            </span>
            {isWritten && (
              <Act
                desk={desk}
                action={customerPath(customer.id, 'unrelate')}
                label=""
                about={words.customer.unrelate(other.name)}
                fields={{ otherId: other.id, kind }}
                class="quiet"
                icon={<Icon name="close" />}
              />
            )}
          </li>
        ))}
      </ul>
      {rows.length === 0 && <p class="note">{words.customer.noRelationships}</p>}
    </Section>
  )
}
