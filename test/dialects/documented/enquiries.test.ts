// What the README of CRM Backend API says, replayed from a table of its requests and answers.
import { enquiries } from '../../../src/dialects/enquiries/routes'
import { id, list, replayDocumented, type Said, stamp, text, whole } from '../../support/documented'

const ALICE = {
  name: 'Alice Student',
  email: 'alice@example.com',
  courseInterest: 'React Development',
  message: 'Interested in frontend bootcamp',
}
const NONE = '00000000-0000-4000-8000-000000000000'
const USER = { id, name: text, email: text, role: text, createdAt: stamp, updatedAt: stamp }
const SIGNED_IN = { success: true, data: { user: USER, token: text } }
const SENT = { success: true, data: { ...ALICE, id, createdAt: stamp } }
const ENQUIRY = { ...ALICE, id, phone: null, claimedBy: null, claimedAt: null, createdAt: stamp, updatedAt: stamp }
const CLAIMED = { ...ENQUIRY, claimedBy: id, claimedAt: stamp }
const INVALID = { success: false, message: 'Invalid input', errors: list }
const NO_TOKEN = { success: false, message: 'Missing or invalid token' }
const TAKEN = { success: false, message: 'Lead already claimed' }
const pages = (page: number, limit: number, total: number) => ({
  page,
  limit,
  total,
  totalPages: Math.ceil(total / limit),
})

const sent = (says: string, keep: Record<string, string> = {}): Said => ({
  says,
  request: 'POST /api/enquiries/public',
  json: ALICE,
  status: 201,
  answer: SENT,
  keep,
})
const registering = (says: string, name: string): Said => ({
  says,
  request: 'POST /api/auth/register',
  json: { name, email: `${name}@example.com`, password: 'a long password' },
  status: 201,
  answer: SIGNED_IN,
  keep: { [name]: 'data.token' },
})
const refused = (says: string, request: string, status: number, answer: object, by?: string, json?: object): Said => ({
  says,
  request,
  status,
  answer,
  ...(by === undefined ? {} : { by }),
  ...(json === undefined ? {} : { json }),
})

replayDocumented({
  system: enquiries,
  checks: 44,
  said: [
    sent('the public form needs no account, and answers as shown', { first: 'data.id' }),
    refused('the form without an address is a 400', 'POST /api/enquiries/public', 400, INVALID, undefined, {
      name: 'Alice',
    }),
    refused('the form with a wrong address is a 400', 'POST /api/enquiries/public', 400, INVALID, undefined, {
      ...ALICE,
      email: 'alice',
    }),
    registering('a user registers', 'ina'),
    registering('another does', 'tom'),
    refused('an address is taken once', 'POST /api/auth/register', 409, { success: false, message: text }, undefined, {
      ...{ name: 'Ina', email: 'ina@example.com', password: 'a long password' },
    }),
    refused('registering with wrong input is a 400', 'POST /api/auth/register', 400, INVALID, undefined, {
      email: 'x',
    }),
    {
      says: 'signing in gives a token',
      request: 'POST /api/auth/login',
      json: { email: 'ina@example.com', password: 'a long password' },
      status: 200,
      answer: SIGNED_IN,
      keep: { ina: 'data.token' },
    },
    refused('a wrong password is a 401', 'POST /api/auth/login', 401, { success: false, message: text }, undefined, {
      email: 'ina@example.com',
      password: 'another one',
    }),
    sent('a second enquiry', { second: 'data.id' }),
    {
      says: 'unclaimed ones are listed, the newest first',
      request: 'GET /api/enquiries/unclaimed',
      by: 'ina',
      status: 200,
      answer: { success: true, data: [ENQUIRY, ENQUIRY], pagination: pages(1, 20, 2) },
    },
    {
      says: 'they come in pages',
      request: 'GET /api/enquiries/unclaimed?page=2&limit=1',
      by: 'ina',
      status: 200,
      answer: { success: true, data: [ENQUIRY], pagination: pages(2, 1, 2) },
    },
    refused('the list takes a token', 'GET /api/enquiries/unclaimed', 401, NO_TOKEN),
    {
      says: 'one is claimed',
      request: 'POST /api/enquiries/<first>/claim',
      by: 'ina',
      status: 200,
      answer: { success: true, data: CLAIMED },
    },
    refused('a claimed one is a 409', 'POST /api/enquiries/<first>/claim', 409, TAKEN, 'tom'),
    refused('for who has it as well', 'POST /api/enquiries/<first>/claim', 409, TAKEN, 'ina'),
    refused(
      'one that is not there is a 404',
      `POST /api/enquiries/${NONE}/claim`,
      404,
      { success: false, message: 'Resource doesn’t exist' },
      'ina',
    ),
    refused('claiming takes a token', 'POST /api/enquiries/<second>/claim', 401, NO_TOKEN),
    {
      says: 'the claimed ones are listed to who claimed them',
      request: 'GET /api/enquiries/mine',
      by: 'ina',
      status: 200,
      answer: { success: true, data: [CLAIMED], pagination: { page: whole, limit: whole, total: 1, totalPages: 1 } },
    },
    {
      says: 'and to nobody else',
      request: 'GET /api/enquiries/mine',
      by: 'tom',
      status: 200,
      answer: { success: true, data: [], pagination: pages(1, 20, 0) },
    },
    refused('that list takes a token', 'GET /api/enquiries/mine', 401, NO_TOKEN),
    {
      says: 'a claimed one is in the pool no more',
      request: 'GET /api/enquiries/unclaimed',
      by: 'tom',
      status: 200,
      answer: { success: true, data: [ENQUIRY], pagination: pages(1, 20, 1) },
    },
  ],
})
