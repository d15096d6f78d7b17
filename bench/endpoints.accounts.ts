// Accounts, workspaces and the state of the Worker.
import { get, one, password, post } from './budgets.ts'
import type { Group, More } from './types.ts'

const open = (path: string, more: More) => post(path, { as: undefined, ...more })

export const accounts: Group[] = [
  [
    'Accounts',
    [
      {
        name: 'register',
        ...open('/v1/auth/register', {
          body: {
            email: 'founder-{n}@bench.example',
            password: '{password}',
            name: 'Fay Founder',
            workspaceName: 'Founded {n}',
          },
        }),
      },
      {
        name: 'login',
        ...open('/v1/auth/login', {
          body: { email: '{email}', password: '{password}' },
          status: 200,
          budget: password,
        }),
      },
      {
        name: 'login, refused',
        ...open('/v1/auth/login', {
          body: { email: 'nobody-{n}@bench.example', password: '{password}' },
          status: 401,
          budget: password,
        }),
      },
      {
        name: 'refresh',
        ...open('/v1/auth/refresh', {
          body: { refreshToken: '{refresh}' },
          status: 200,
        }),
      },
      {
        name: 'change-password',
        ...post('/v1/auth/change-password', {
          as: 'changer',
          body: { currentPassword: '{password}', newPassword: '{password}' },
          status: 204,
          budget: password,
        }),
      },
      { name: 'me', ...get('/v1/auth/me', 'sales', { ...one, read: 3 }) },
      { name: 'sessions', ...get('/v1/auth/sessions', 'sales') },
      { name: 'workspace', ...get('/v1/workspace', 'sales', one) },
      {
        name: 'invite',
        ...post('/v1/workspace/invitations', {
          as: 'admin',
          body: { email: 'guest-{n}@bench.example', role: 'SALES' },
        }),
      },
      { name: 'invitations', ...get('/v1/workspace/invitations', 'admin') },
      { name: 'users', ...get('/v1/users', 'manager') },
      { name: 'users, status=INACTIVE', ...get('/v1/users?status=INACTIVE', 'manager') },
      { name: 'users, role=SALES, status=ACTIVE', ...get('/v1/users?role=SALES&status=ACTIVE', 'manager') },
      { name: 'users, role=CUSTOMER', ...get('/v1/users?role=CUSTOMER', 'manager') },
      { name: 'one user', ...get('/v1/users/{member}', 'manager', one) },
      { name: 'health', ...get('/health', undefined, { trips: 0, read: 0, written: 0 }) },
      { name: 'ready', ...get('/ready', undefined, one) },
    ],
  ],
]
