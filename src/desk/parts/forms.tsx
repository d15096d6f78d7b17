// Forms of the desk: fields with their labels and what is wrong with them, buttons that send one change, choices.
import type { Child, FC, PropsWithChildren } from 'hono/jsx'
import type { Desk } from '../desk'
import { WHENS } from '../desk.form'

export const Hidden: FC<{ name: string; value: string }> = ({ name, value }) => (
  <input type="hidden" name={name} value={value} />
)

type FormProps = PropsWithChildren<{
  desk: Desk
  action: string
  class?: string
  fields?: Record<string, string>
  id?: string
  stays?: boolean
  /** It carries a file. */
  isUpload?: boolean
}>

/** A form that sends a change: with the mark of the session and, unless it `stays`, the page to come back to. */
export const Form: FC<FormProps> = ({ desk, action, class: kind, fields = {}, id, stays, isUpload, children }) => (
  <form action={action} method="post" class={kind} id={id} enctype={isUpload ? 'multipart/form-data' : undefined}>
    <Hidden name="mark" value={desk.mark} />
    {!stays && fields.back === undefined && <Hidden name="back" value={desk.here} />}
    {Object.entries(fields).map(([name, value]) => (
      <Hidden name={name} value={value} />
    ))}
    {children}
  </form>
)

type ActProps = {
  desk: Desk
  action: string
  label: string
  about?: string
  fields?: Record<string, string>
  class?: string
  icon?: Child
  confirm?: string
}

/** A form with one button. `about` says to those who do not see the row what the button belongs to. */
export const Act: FC<ActProps> = ({ desk, action, label, about, fields, class: kind, icon, confirm }) => (
  <Form desk={desk} action={action} fields={fields} class="act">
    <button type="submit" class={kind} data-confirm={confirm}>
      {icon}
      {label}
      {about && <span class="hidden"> {about}</span>}
    </button>
  </Form>
)

type FieldProps = {
  desk: Desk
  name: string
  label: string
  /** What the record has; what was typed stands before it. */
  value?: string | number | null
  type?: string
  hint?: Child
  required?: boolean
  rows?: number
  maxlength?: number
  autocomplete?: string
  placeholder?: string
  autofocus?: boolean
  id?: string
  min?: number
}

/** A labelled field, or with `rows` a larger one for text. */
export const Field: FC<FieldProps> = ({ desk, name, label, value, hint, rows, id = name, type = 'text', ...rest }) => {
  const error = desk.failure?.fields[name]
  const said = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ') || undefined
  const typed = desk.form.has(name) && type !== 'password' ? desk.form.get(name) : (value ?? '')
  const shared = { id, name, 'aria-describedby': said, 'aria-invalid': error ? ('true' as const) : undefined, ...rest }
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {rows ? (
        <textarea {...shared} rows={rows}>
          {typed}
        </textarea>
      ) : (
        <input {...shared} type={type} value={typed} />
      )}
      {error && (
        <p class="wrong" id={`${id}-error`}>
          {error}
        </p>
      )}
      {hint && (
        <p class="note" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

export type Option = { value: string; label: string }
type SelectProps = {
  desk: Desk
  name: string
  label: string
  value?: string | null
  options: readonly Option[]
  hint?: string
  id?: string
}

/** A labelled choice. */
export const Select: FC<SelectProps> = ({ desk, name, label, value, options, hint, id = name }) => {
  const error = desk.failure?.fields[name]
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name} aria-invalid={error ? 'true' : undefined}>
        <Options options={options} chosen={desk.form.has(name) ? desk.form.get(name) : (value ?? '')} />
      </select>
      {error && <p class="wrong">{error}</p>}
      {hint && <p class="note">{hint}</p>}
    </div>
  )
}

export const Options: FC<{ options: readonly Option[]; chosen: string }> = ({ options, chosen }) => (
  <>
    {options.map(({ value, label }) => (
      <option value={value} selected={value === chosen}>
        {label}
      </option>
    ))}
  </>
)

type ChangerProps = {
  desk: Desk
  action: string
  name: string
  label: string
  value: string
  options: readonly Option[]
  fields?: Record<string, string>
  class?: string
}

/** A choice that sends itself where a script runs, and has a button where none does. */
export const Changer: FC<ChangerProps> = ({ desk, action, name, label, value, options, fields, class: kind }) => (
  <Form desk={desk} action={action} fields={fields} class={`changer ${kind ?? ''}`}>
    <select name={name} aria-label={label} data-submits>
      <Options options={options} chosen={value} />
    </select>
    <button type="submit" data-unscripted>
      {desk.words.form.change}
      <span class="hidden"> {label}</span>
    </button>
  </Form>
)

/** When to come back: a few choices, or a day and a time. The fields are those that `whenOf` reads. */
export const When: FC<{ desk: Desk; label: string; chosen?: string; id: string }> = ({
  desk,
  label,
  chosen = '',
  id,
}) => {
  const { form, when } = desk.words
  const typed = desk.form.has('when') ? desk.form.get('when') : chosen
  const error = desk.failure?.fields.day
  return (
    <fieldset class="when">
      <legend>{label}</legend>
      <select name="when" aria-label={label} data-when>
        <Options options={WHENS.map((value) => ({ value, label: when[value] ?? value }))} chosen={typed} />
      </select>
      <span class="day">
        <label class="hidden" for={`${id}-day`}>
          {form.day}
        </label>
        <input
          id={`${id}-day`}
          type="date"
          name="day"
          value={desk.form.get('day')}
          aria-invalid={error ? 'true' : undefined}
        />
        <label class="hidden" for={`${id}-time`}>
          {form.time}
        </label>
        <input id={`${id}-time`} type="time" name="time" value={desk.form.get('time') || '09:00'} />
      </span>
      {error && <p class="wrong">{error}</p>}
    </fieldset>
  )
}
