// What the README of CRM-Backend-Manager says, replayed from a table of its requests and answers.
import { manager } from '../../../src/dialects/manager/routes'
import { id, replayDocumented, type Said, stamp, text } from '../../support/documented'

const JOHN = {
  username: 'john_doe',
  email: 'john.doe@example.com',
  password: 'password123',
  role: 'user',
  name: 'John Doe',
  phone: '123-456-7890',
  company: 'Acme Corp',
}
const ADMIN = { username: 'admin_user', email: 'admin.user@example.com', password: 'admin_password', role: 'admin' }
const SECOND = { ...JOHN, username: 'johnny', email: 'johnny@example.com', name: 'Johnny Roe', phone: '555-000-1111' }
const NONE = '00000000-0000-4000-8000-000000000000'
const CUSTOMER = {
  id,
  name: 'John Doe',
  email: JOHN.email,
  phone: JOHN.phone,
  company: JOHN.company,
  created_at: stamp,
  updated_at: stamp,
}
const NOTE = { note: 'Called customer for follow up.', followUpDate: '2024-03-15T10:00:00Z' }
const INTERACTION = { ...NOTE, id, customerId: id, created_at: stamp, updated_at: stamp }

const without = (field: keyof typeof JOHN, message: string): Said => ({
  says: `registering without ${field} is a 400`,
  request: 'POST /auth/register',
  json: { ...JOHN, username: 'fresh', email: 'fresh@example.com', [field]: undefined },
  status: 400,
  answer: { message },
})
const registering = (says: string, fields: object, message: string): Said => ({
  says,
  request: 'POST /auth/register',
  json: { ...JOHN, ...fields },
  status: 400,
  answer: { message },
})
const login = (
  says: string,
  json: object,
  status: number,
  answer: unknown,
  keep: Record<string, string> = {},
): Said => ({
  says,
  request: 'POST /auth/login',
  json,
  status,
  answer,
  keep,
})
const found = (says: string, query: string): Said => ({
  says,
  request: `GET /customers?${query}`,
  by: 'admin',
  status: 200,
  answer: { customers: [CUSTOMER], totalCustomers: 1, totalPages: 1, currentPage: 1 },
})
const anonymous = (request: string): Said => ({ says: `${request.split('?')[0]} takes a token`, request, status: 401 })
const missing = (says: string, request: string, message: string): Said => ({
  says,
  request,
  by: 'admin',
  status: 404,
  answer: { message },
})

replayDocumented({
  system: manager,
  checks: 111,
  said: [
    {
      says: 'a user registers, with the fields of a customer',
      request: 'POST /auth/register',
      json: JOHN,
      status: 201,
      answer: { message: 'Customer-user created Successfully' },
    },
    {
      says: 'an admin registers without them',
      request: 'POST /auth/register',
      json: ADMIN,
      status: 201,
      answer: { message: 'Admin-User created Successfully' },
    },
    without('username', 'Invalid - Username field required'),
    without('email', 'Invalid - Email field required'),
    without('password', 'Invalid - Password field required'),
    without('role', 'Invalid - Role field required'),
    without('name', 'Invalid - Name field required'),
    without('phone', 'Invalid - PhoneNo field required'),
    without('company', 'Invalid - Company field required'),
    registering('a username is taken once', { email: 'other@example.com' }, 'User already Exists'),
    registering('an address is taken once', { username: 'other' }, 'User already Exists with this Email'),
    registering('an address has its format', { username: 'other', email: 'john.doe' }, 'Invalid email format'),
    login(
      'signing in gives a token',
      { username: 'john_doe', password: 'password123' },
      200,
      { jwtToken: text },
      { john: 'jwtToken' },
    ),
    login(
      'an admin signs in alike',
      { username: 'admin_user', password: 'admin_password' },
      200,
      { jwtToken: text },
      { admin: 'jwtToken' },
    ),
    login('signing in without a username is a 400', { password: 'x' }, 400, {
      message: 'Invalid - Username field required',
    }),
    login('signing in without a password is a 400', { username: 'john_doe' }, 400, {
      message: 'Invalid - Password field required',
    }),
    login('a wrong password is a 400', { username: 'john_doe', password: 'password124' }, 400, {
      message: "Password Doesn't Matched",
    }),
    login('an unknown name is a 404', { username: 'jane_doe', password: 'password123' }, 404, {
      message: "Username Doesn't Exist",
    }),

    {
      says: 'customers are listed, on page 1',
      request: 'GET /customers',
      by: 'admin',
      status: 200,
      answer: { customers: [CUSTOMER], totalCustomers: 1, totalPages: 1, currentPage: 1 },
      keep: { id: 'customers.0.id' },
    },
    { says: 'a second customer', request: 'POST /auth/register', json: SECOND, status: 201 },
    {
      says: 'they come in pages of `limit`',
      request: 'GET /customers?name=john&company=Acme&page=2&limit=1',
      by: 'admin',
      status: 200,
      answer: { customers: [CUSTOMER], totalCustomers: 2, totalPages: 2, currentPage: 2 },
    },
    found('they are narrowed by a part of the name in any case', 'name=HN%20DO'),
    found('they are narrowed by a part of the address in any case', 'email=JOHN.DOE'),
    found('they are narrowed by a part of the number', 'phone=456-78'),
    found('they are narrowed by company and name at once', 'company=aCMe&name=doe'),
    missing('nothing that matches is a 404', 'GET /customers?name=nobody', 'No customers Found'),
    anonymous('GET /customers'),

    {
      says: 'a term is searched in name, address and number',
      request: 'GET /customers/search?query=john&company=Acme',
      by: 'admin',
      status: 200,
      answer: { customers: [{ ...CUSTOMER, name: SECOND.name, email: SECOND.email, phone: SECOND.phone }, CUSTOMER] },
    },
    {
      says: 'so is a part of a number',
      request: 'GET /customers/search?query=456-7890',
      by: 'admin',
      status: 200,
      answer: { customers: [CUSTOMER] },
    },
    missing(
      'no match of a search is a 404',
      'GET /customers/search?query=nobody&company=Acme',
      'No customers found matching the criteria',
    ),
    anonymous('GET /customers/search?query=john'),

    {
      says: 'a customer reads the own record',
      request: 'GET /customers/<id>',
      by: 'john',
      status: 200,
      answer: { name: 'John Doe', email: JOHN.email, phone: JOHN.phone, company: JOHN.company },
    },
    {
      says: 'an admin reads it too',
      request: 'GET /customers/<id>',
      by: 'admin',
      status: 200,
      answer: { name: 'John Doe', email: JOHN.email, phone: JOHN.phone, company: JOHN.company },
    },
    {
      says: 'an id of another format is a 400',
      request: 'GET /customers/123',
      by: 'john',
      status: 400,
      answer: { message: 'Invalid Customer Id' },
    },
    {
      says: 'a record of somebody else is a 403',
      request: `GET /customers/${NONE}`,
      by: 'john',
      status: 403,
      answer: { message: 'Access Denied- You can only Access your details' },
    },
    missing('an unknown record is a 404', `GET /customers/${NONE}`, 'Customer-User not Found'),
    anonymous('GET /customers/<id>'),

    {
      says: 'name, phone and company are changed',
      request: 'PUT /customers/<id>',
      by: 'john',
      json: { name: 'Updated John Doe', phone: '987-654-3210', company: 'Updated Acme Corp' },
      status: 200,
      answer: { message: 'User details updated Successfully' },
    },
    {
      says: 'the address is not',
      request: 'PUT /customers/<id>',
      by: 'admin',
      json: { name: 'Updated John Doe', email: 'x@example.com' },
      status: 200,
      answer: { message: 'User details updated Successfully' },
    },
    {
      says: 'the change is read',
      request: 'GET /customers/<id>',
      by: 'john',
      status: 200,
      answer: { name: 'Updated John Doe', email: JOHN.email, phone: '987-654-3210', company: 'Updated Acme Corp' },
    },
    {
      says: 'changing a record of somebody else is a 403',
      request: `PUT /customers/${NONE}`,
      by: 'john',
      json: { name: 'X' },
      status: 403,
      answer: { message: 'Access Denied- You can only Update your details' },
    },
    {
      says: 'changing an unknown record is a 404',
      request: `PUT /customers/${NONE}`,
      by: 'admin',
      json: { name: 'X' },
      status: 404,
      answer: { message: 'User Not Found' },
    },
    { says: 'changing takes a token', request: 'PUT /customers/<id>', json: { name: 'X' }, status: 401 },

    missing('interactions of nobody are a 404', 'GET /interactions', 'No interactions found'),
    missing(
      'none of a customer are a 404',
      'GET /customers/<id>/interactions',
      'No interactions found for this customer',
    ),
    {
      says: 'an interaction is logged',
      request: 'POST /customers/<id>/interactions',
      by: 'admin',
      json: NOTE,
      status: 201,
      answer: { message: 'Interaction logged successfully', interaction: INTERACTION },
    },
    {
      says: 'the day of a follow-up may be left out',
      request: 'POST /customers/<id>/interactions',
      by: 'admin',
      json: { note: 'Wrote' },
      status: 201,
      answer: {
        message: 'Interaction logged successfully',
        interaction: { ...INTERACTION, note: 'Wrote', followUpDate: null },
      },
    },
    {
      says: 'a note is needed',
      request: 'POST /customers/<id>/interactions',
      by: 'admin',
      json: { followUpDate: NOTE.followUpDate },
      status: 400,
      answer: { message: 'Invalid - Note field required' },
    },
    {
      says: 'logging on an unknown customer is a 404',
      request: `POST /customers/${NONE}/interactions`,
      by: 'admin',
      json: NOTE,
      status: 404,
      answer: { message: 'Customer not found' },
    },
    { says: 'logging takes a token', request: 'POST /customers/<id>/interactions', json: NOTE, status: 401 },
    {
      says: 'those of a customer are listed, the most recent first',
      request: 'GET /customers/<id>/interactions',
      by: 'admin',
      status: 200,
      answer: { interactions: [{ ...INTERACTION, note: 'Wrote', followUpDate: null }, INTERACTION] },
    },
    {
      says: 'the customer reads what was said',
      request: 'GET /customers/<id>/interactions',
      by: 'john',
      status: 200,
      answer: { interactions: [{ ...INTERACTION, note: 'Wrote', followUpDate: null }, INTERACTION] },
    },
    missing('those of an unknown customer are a 404', `GET /customers/${NONE}/interactions`, 'Customer not found'),
    anonymous('GET /customers/<id>/interactions'),
    {
      says: 'all are listed, the most recent first',
      request: 'GET /interactions',
      by: 'admin',
      status: 200,
      answer: { interactions: [{ ...INTERACTION, note: 'Wrote', followUpDate: null }, INTERACTION] },
    },
    anonymous('GET /interactions'),

    {
      says: 'an id that is none cannot be deleted',
      request: 'DELETE /customers/x',
      by: 'admin',
      status: 400,
      answer: { message: 'Invalid - customerId' },
    },
    anonymous('DELETE /customers/<id>'),
    {
      says: 'a customer is deleted',
      request: 'DELETE /customers/<id>',
      by: 'admin',
      status: 200,
      answer: { message: 'Customer Deleted Successfully' },
    },
    missing('a deleted customer is a 404', 'DELETE /customers/<id>', 'Customer not found'),
  ],
})
