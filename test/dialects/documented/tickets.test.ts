// What the README of CRM (Go, Gin) says, replayed from a table of its requests and answers, sent as its curl lines send them:
// the token in a header of its own, JSON under the name of a form without a boundary.
import { tickets } from '../../../src/dialects/tickets/routes'
import { all, id, list, nullable, replayDocumented, type Said, second, text } from '../../support/documented'

const NONE = '00000000-0000-4000-8000-000000000000'
const RAMLAL = {
  Name: 'ramlal',
  Email: 'ram@gmail.com',
  Password: '$2a$15$lShiva',
  Company: 'TATA',
  Phone: '+91 35636621762',
}
const SITA = { Email: 'sita@gmail.com', Password: '$15$lShiva', name: 'sita', role: 'ADMIN' }
const TEMP = { Email: 'abcd@gmail.com', Password: '$15$lShiva', name: 'temp', role: 'USER' }
const STAMPS = { created_at: second, updated_at: second }
const USER = { id, user_id: id, name: 'sita', email: SITA.Email, role: 'ADMIN', ...STAMPS }
const CUSTOMER = {
  customer_id: id,
  id,
  name: 'ramlal',
  email: RAMLAL.Email,
  company: 'TATA',
  phone: RAMLAL.Phone,
  ...STAMPS,
}
const INSERTED = { InsertedID: id }
const MEETING = {
  id,
  interaction_id: id,
  user_id: id,
  customer_id: id,
  type: 'MEETING',
  description: text,
  date: second,
  follow_up: null,
  ...STAMPS,
}
const TICKET = {
  id,
  ticket_id: id,
  customer_id: id,
  interaction_id: id,
  title: 'Broken',
  description: 'It does not start',
  status: 'OPEN',
  priority: text,
  ...STAMPS,
}
const ERROR = { error: text }
const IMPORTED = { message: text, import_id: id, received: 2, created: 2, updated: 0, failed: 0, errors: [] }
const CURL = { 'Content-Type': 'multipart/form-data' }

type More = Partial<Omit<Said, 'says' | 'request' | 'status'>>
const row = (says: string, request: string, status: number, { json, ...more }: More = {}): Said => ({
  says,
  request,
  status,
  headers: CURL,
  ...(json === undefined ? {} : { raw: JSON.stringify(json) }),
  ...more,
})
const anonymous = (request: string): Said => row(`${request} takes a token`, request, 401, { answer: ERROR })

replayDocumented({
  system: tickets,
  tokenIn: 'token',
  checks: 162,
  said: [
    row('a user signs up', 'POST /user/signup', 201, {
      json: SITA,
      answer: { message: 'User created successfully', user: { ...USER, token: text } },
      keep: { sitaId: 'user.id' },
    }),
    row('a user signs in', 'POST /user/signin', 200, {
      json: { Email: SITA.Email, Password: SITA.Password },
      answer: { msg: 'User logged in successfully', token: text, user: { ...USER, token: text } },
      keep: { sita: 'token' },
    }),
    row('a wrong password is a 401', 'POST /user/signin', 401, {
      json: { Email: SITA.Email, Password: 'wrong' },
      answer: ERROR,
    }),
    row('an address is taken once', 'POST /user/signup', 409, { by: 'sita', json: SITA, answer: ERROR }),
    row('a user of the role USER signs up', 'POST /user/signup', 201, {
      json: TEMP,
      by: 'sita',
      answer: {
        message: 'User created successfully',
        user: { ...USER, name: 'temp', email: TEMP.Email, role: 'USER', token: text },
      },
      keep: { tempId: 'user.id', temp: 'user.token' },
    }),
    row('a role is one of those that there are', 'POST /user/signup', 400, {
      json: { ...TEMP, Email: 'x@gmail.com', role: 'KING' },
      answer: ERROR,
    }),
    row('a customer signs up, by the curl line', 'POST /customer/signup', 201, {
      by: 'sita',
      json: RAMLAL,
      answer: { insertId: INSERTED, message: 'Customer created successfully' },
      keep: { ram: 'insertId.InsertedID' },
    }),
    row('an address of a customer is taken once', 'POST /customer/signup', 409, {
      by: 'sita',
      json: RAMLAL,
      answer: ERROR,
    }),
    row('signing up without an address is a 400', 'POST /customer/signup', 400, {
      by: 'sita',
      json: { Name: 'x' },
      answer: ERROR,
    }),
    row('a customer signs in', 'POST /customer/signin', 200, {
      json: { Email: RAMLAL.Email, Password: RAMLAL.Password },
      answer: { message: 'Customer logged in successfully', customer: { ...CUSTOMER, token: text } },
      keep: { ramToken: 'customer.token' },
    }),
    row('a wrong password of a customer is a 401', 'POST /customer/signin', 401, {
      json: { Email: RAMLAL.Email, Password: 'wrong' },
      answer: ERROR,
    }),

    row('users are listed', 'GET /users', 200, {
      by: 'sita',
      answer: [USER, { ...USER, name: 'temp', email: TEMP.Email, role: 'USER' }],
    }),
    row('also by the POST that `--data` makes of it', 'POST /users', 200, {
      by: 'sita',
      raw: '',
      answer: all({ ...USER, name: text, email: text, role: text }),
    }),
    anonymous('GET /users'),
    row('a user is read by id', 'GET /users/<tempId>', 200, {
      by: 'sita',
      answer: { ...USER, name: 'temp', email: TEMP.Email, role: 'USER' },
    }),
    row('also by that POST', 'POST /users/<tempId>', 200, {
      by: 'sita',
      raw: '',
      answer: { ...USER, name: 'temp', email: TEMP.Email, role: 'USER' },
    }),
    row('an unknown user is a 404', `GET /users/${NONE}`, 404, { by: 'sita', answer: ERROR }),
    anonymous('GET /users/<tempId>'),
    row('a user is updated by PUT, as the curl line does', 'PUT /users/<tempId>', 200, {
      by: 'sita',
      json: { name: 'sahil' },
      answer: { message: 'user updated successfully' },
    }),
    row('and by PATCH, as the list has it', 'PATCH /users/<tempId>', 200, {
      by: 'sita',
      json: { name: 'sahil' },
      answer: { message: 'user updated successfully' },
    }),
    row('the new name is read', 'GET /users/<tempId>', 200, {
      by: 'sita',
      answer: { ...USER, name: 'sahil', email: TEMP.Email, role: 'USER' },
    }),
    row('a USER gives itself no role', 'PATCH /users/<tempId>', 403, {
      by: 'temp',
      json: { role: 'ADMIN' },
      answer: ERROR,
    }),
    anonymous('PUT /users/<tempId>'),

    row('customers are listed', 'GET /customers', 200, { by: 'sita', answer: [CUSTOMER] }),
    anonymous('GET /customers'),
    row('a customer is read by id', 'GET /customers/<ram>', 200, { by: 'sita', answer: CUSTOMER }),
    row('also by themselves', 'GET /customers/<ram>', 200, { by: 'ramToken', answer: CUSTOMER }),
    row('an unknown one is a 404', `GET /customers/${NONE}`, 404, { by: 'sita', answer: ERROR }),
    anonymous('GET /customers/<ram>'),
    row('a customer is updated', 'PATCH /customers/<ram>', 200, {
      by: 'sita',
      json: { Company: 'Tata Sons' },
      answer: { message: 'Customer updated successfully' },
    }),
    row('the new company is read', 'GET /customers/<ram>', 200, {
      by: 'sita',
      answer: { ...CUSTOMER, company: 'Tata Sons' },
    }),
    anonymous('PATCH /customers/<ram>'),

    row('a meeting is logged, by the curl line', 'POST /users/meetings/<ram>', 201, {
      by: 'sita',
      json: {},
      answer: INSERTED,
      keep: { meeting: 'InsertedID' },
    }),
    row('with an unknown customer it is a 404', `POST /users/meetings/${NONE}`, 404, {
      by: 'sita',
      json: {},
      answer: ERROR,
    }),
    anonymous('POST /users/meetings/<ram>'),
    row('interactions are listed', 'GET /users/meetings/', 200, { by: 'sita', answer: [MEETING] }),
    anonymous('GET /users/meetings/'),
    row('another one is logged', 'POST /interactions', 201, {
      by: 'sita',
      json: { customer_id: '<ram>', type: 'TASK', description: 'Send an offer' },
      answer: INSERTED,
      keep: { task: 'InsertedID' },
    }),
    row('one of nobody is a 400', 'POST /interactions', 400, { by: 'sita', json: { type: 'TASK' }, answer: ERROR }),
    anonymous('POST /interactions'),
    row('those of a user are listed', 'GET /interactions/user/<sitaId>', 200, {
      by: 'sita',
      answer: [{ ...MEETING, type: 'TASK' }, MEETING],
    }),
    row('those of a customer are, at the same path', 'GET /interactions/user/<ram>', 200, {
      by: 'sita',
      answer: [{ ...MEETING, type: 'TASK' }, MEETING],
    }),
    anonymous('GET /interactions/user/<ram>'),
    row('one is read by id', 'GET /interactions/<task>', 200, {
      by: 'sita',
      answer: { ...MEETING, type: 'TASK', description: 'Send an offer' },
    }),
    row('an unknown one is a 404', `GET /interactions/${NONE}`, 404, { by: 'sita', answer: ERROR }),
    anonymous('GET /interactions/<task>'),
    row('one is updated', 'PATCH /interactions/<task>', 200, {
      by: 'sita',
      json: { description: 'Send two' },
      answer: { message: text },
    }),
    row('which is read', 'GET /interactions/<task>', 200, {
      by: 'sita',
      answer: { ...MEETING, type: 'TASK', description: 'Send two' },
    }),
    anonymous('PATCH /interactions/<task>'),

    row('a ticket is opened about an interaction', 'POST /customers/ticket/<meeting>', 201, {
      by: 'sita',
      json: { title: 'Broken', description: 'It does not start' },
      answer: INSERTED,
      keep: { ticket: 'InsertedID' },
    }),
    row('an unknown interaction has none', `POST /customers/ticket/${NONE}`, 404, {
      by: 'sita',
      json: { title: 'x' },
      answer: ERROR,
    }),
    row('it needs a title', 'POST /customers/ticket/<meeting>', 400, { by: 'sita', json: {}, answer: ERROR }),
    anonymous('POST /customers/ticket/<meeting>'),
    row('tickets are listed', 'GET /customers/tickets/', 200, { by: 'sita', answer: [TICKET] }),
    row('the customer sees them', 'GET /customers/tickets/', 200, { by: 'ramToken', answer: [TICKET] }),
    anonymous('GET /customers/tickets/'),
    row('a ticket is updated', 'PATCH /customers/ticket/<ticket>', 200, {
      by: 'sita',
      json: { status: 'IN_PROGRESS' },
      answer: { message: text },
    }),
    row('which is listed', 'GET /customers/tickets/', 200, {
      by: 'sita',
      answer: [{ ...TICKET, status: 'IN_PROGRESS' }],
    }),
    anonymous('PATCH /customers/ticket/<ticket>'),
    row('a ticket is deleted', 'DELETE /customers/ticket/<ticket>', 200, { by: 'sita', answer: { message: text } }),
    row('and gone', 'GET /customers/tickets/', 200, { by: 'sita', answer: [] }),
    anonymous('DELETE /customers/ticket/<ticket>'),
    row('an interaction is deleted', 'DELETE /interactions/<task>', 200, { by: 'sita', answer: { message: text } }),
    row('and gone', 'GET /interactions/<task>', 404, { by: 'sita', answer: ERROR }),
    anonymous('DELETE /interactions/<meeting>'),

    row('customers are exported as CSV', 'GET /export/customer_data', 200, {
      by: 'sita',
      answer: 'ramlal,ram@gmail.com',
    }),
    row('and as JSON', 'GET /export/customer_data?format=json', 200, { by: 'sita', answer: list }),
    row('a customer exports nothing', 'GET /export/customer_data', 403, { by: 'ramToken', answer: ERROR }),
    anonymous('GET /export/customer_data'),
    row('customers are imported from CSV', 'POST /import/customer_data', 201, {
      by: 'sita',
      raw: 'name,email\nMeera,meera@gmail.com\nLakshman,lakshman@gmail.com\n',
      answer: IMPORTED,
    }),
    row('and from JSON', 'POST /import/customer_data', 201, {
      by: 'sita',
      raw: '[{"name":"Bharat","email":"bharat@gmail.com"},{"name":"Urmila","email":"urmila@gmail.com"}]',
      answer: IMPORTED,
    }),
    row('which are customers then', 'GET /customers', 200, {
      by: 'sita',
      answer: all({ ...CUSTOMER, name: text, email: text, phone: nullable, company: nullable }),
    }),
    row('a customer imports nothing', 'POST /import/customer_data', 403, {
      by: 'ramToken',
      raw: 'name\nX\n',
      answer: ERROR,
    }),
    anonymous('POST /import/customer_data'),

    row('a customer is deleted', 'DELETE /customers/<ram>', 200, { by: 'sita', answer: { message: text } }),
    row('and gone', 'GET /customers/<ram>', 404, { by: 'sita', answer: ERROR }),
    anonymous('DELETE /customers/<ram>'),
    row('a USER deletes no user', 'DELETE /users/<sitaId>', 403, { by: 'temp', answer: ERROR }),
    row('a user is deleted, by the curl line', 'DELETE /users/<tempId>', 200, {
      by: 'sita',
      raw: '',
      answer: { message: 'User deleted successfully' },
    }),
    row('and gone', 'GET /users/<tempId>', 404, { by: 'sita', answer: ERROR }),
    anonymous('DELETE /users/<sitaId>'),
  ],
})
