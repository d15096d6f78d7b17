// Settings: every variable and secret of the Worker, parsed once per isolate into a typed Config.
import { z } from 'zod'
import { AppError } from './errors'

const whole = (fallback: number, min = 1, max = 1_000_000_000) =>
  z.coerce.number(`must be a whole number from ${min} to ${max}`).int().min(min).max(max).default(fallback)

const origins = z
  .string()
  .default('')
  .transform((list) => list.split(',').map((origin) => origin.trim().replace(/\/$/, '')))
  .transform((list) => list.filter((origin) => origin !== ''))
  .refine((list) => list.every((origin) => /^https?:\/\/[^/\s*]+$/.test(origin)), {
    error: 'must be a comma-separated list of origins such as https://app.example.com (no *, no path)',
  })

const provider = (fallback: string) =>
  z
    .url({ protocol: /^https?$/, error: `must be an address such as ${fallback}` })
    .transform((url) => url.replace(/\/+$/, ''))
    .default(fallback)

export const DIALECTS = ['manager', 'leads', 'enquiries', 'tickets', 'personal'] as const

const dialects = z
  .string()
  .default('')
  .transform((list) => list.split(',').map((name) => name.trim()))
  .transform((list) => list.filter((name) => name !== ''))
  .pipe(z.array(z.enum(DIALECTS, `must be a comma-separated list out of ${DIALECTS.join(', ')}`)))

const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .default('false')
  .transform((value) => value === 'true')

const Settings = z
  .object({
    ENVIRONMENT: z.enum(['development', 'production']).default('production'),
    JWT_SECRET: z.string('is missing').min(32, 'must have at least 32 characters'),
    JWT_SECRET_PREVIOUS: z.string().min(32, 'must have at least 32 characters').optional(),
    CORS_ORIGINS: origins,
    STORAGE: z.enum(['d1', 'objects'], 'must be d1 or objects').default('d1'),
    SIGNUP: z.enum(['open', 'invite', 'closed']).default('invite'),
    DIALECTS: dialects,
    BCRYPT_COST: whole(10, 4, 15),
    RATE_LIMIT_MAX: whole(100),
    USER_RATE_LIMIT_MAX: whole(1000),
    KEY_RATE_LIMIT_MAX: whole(5000),
    RATE_LIMIT_WINDOW_SECONDS: whole(900, 1, 86_400),
    AUTH_RATE_LIMIT_MAX: whole(50),
    ENQUIRY_DAILY_MAX: whole(50),
    ENQUIRY_DAILY_MAX_PER_EMAIL: whole(5),
    MAILS_PER_RECIPIENT_A_DAY: whole(20, 1, 1000),
    MAILS_PER_WORKSPACE_A_DAY: whole(1000, 1, 10_000),
    TEAM_MAILS_PER_WORKSPACE_A_DAY: whole(5000, 1, 10_000),
    EXPORT_PAGE_ROWS: whole(2500, 1, 10_000),
    EVENTS_KEEP_DAYS: whole(0, 0, 36_500),
    PUBLIC_URL: z
      .url({ protocol: /^https?$/, error: 'must be an address such as https://crm.example.com' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    WORKER_URL: z
      .url({ protocol: /^https?$/, error: 'must be an address such as https://crm.example.com' })
      .transform((url) => url.replace(/\/+$/, ''))
      .optional(),
    MAIL_TRANSPORT: z.enum(['log', 'smtp', 'off'], 'must be log, smtp or off').optional(),
    SMTP_HOST: z.string().min(1).optional(),
    SMTP_PORT: whole(587, 1, 65_535),
    SMTP_SECURE: flag,
    SMTP_USER: z.string().min(1).optional(),
    SMTP_PASS: z.string().min(1).optional(),
    SMTP_FROM: z.string().min(1).optional(),
    REQUIRE_VERIFIED_EMAIL: flag,
    GOOGLE_CLIENT_ID: z.string().min(1).optional(),
    GOOGLE_CLIENT_SECRET: z.string().min(1).optional(),
    GOOGLE_ISSUER: provider('https://accounts.google.com'),
    GITHUB_CLIENT_ID: z.string().min(1).optional(),
    GITHUB_CLIENT_SECRET: z.string().min(1).optional(),
    GITHUB_URL: provider('https://github.com'),
    GITHUB_API_URL: provider('https://api.github.com'),
    STRIPE_SECRET_KEY: z.string().min(1).optional(),
    STRIPE_WEBHOOK_SECRET: z.string().min(1).optional(),
    STRIPE_PRICE_PRO: z.string().min(1).optional(),
    STRIPE_API_URL: z.url({ protocol: /^https?$/ }).default('https://api.stripe.com'),
    DOH_URL: z.url({ protocol: /^https?$/ }).default('https://cloudflare-dns.com/dns-query'),
    OUTBOUND_LOCALHOST: flag,
    WEBHOOK_TIMEOUT_SECONDS: whole(15, 1, 25),
    WEBHOOK_SENDS: whole(40, 1, 10_000),
    IMPORT_STATEMENTS: whole(50, 40, 1000),
    TURNSTILE_SECRET: z.string().min(1).optional(),
    TURNSTILE_VERIFY_URL: z.url().default('https://challenges.cloudflare.com/turnstile/v0/siteverify'),
  })
  .refine((s) => s.ENVIRONMENT !== 'production' || !s.JWT_SECRET.startsWith('dev-only'), {
    path: ['JWT_SECRET'],
    error: 'is the development value; production needs another one',
  })
  .refine((s) => s.ENVIRONMENT !== 'production' || !s.JWT_SECRET_PREVIOUS?.startsWith('dev-only'), {
    path: ['JWT_SECRET_PREVIOUS'],
    error: 'is the development value, which everybody knows',
  })
  .refine((s) => s.ENVIRONMENT !== 'production' || s.MAIL_TRANSPORT !== 'log', {
    path: ['MAIL_TRANSPORT'],
    error: 'is log, which prints whole mails with their links: use smtp or off in production',
  })
  .refine((s) => s.ENVIRONMENT !== 'production' || !s.OUTBOUND_LOCALHOST, {
    path: ['OUTBOUND_LOCALHOST'],
    error: 'is true, which is for development alone',
  })
  .refine((s) => !s.REQUIRE_VERIFIED_EMAIL || s.ENVIRONMENT === 'development' || s.MAIL_TRANSPORT === 'smtp', {
    path: ['REQUIRE_VERIFIED_EMAIL'],
    error: 'is true, but nobody can verify an address without mail: set MAIL_TRANSPORT to smtp',
  })
  .superRefine((s, issues) => {
    for (const name of ['GOOGLE_ISSUER', 'GITHUB_URL', 'GITHUB_API_URL', 'STRIPE_API_URL', 'DOH_URL'] as const) {
      if (s.ENVIRONMENT === 'development' || s[name].startsWith('https:')) continue
      issues.addIssue({ code: 'custom', path: [name], message: 'must begin with https: in production' })
    }
  })
  .transform(({ MAIL_TRANSPORT, WORKER_URL, ...settings }) => {
    const isLocal = settings.ENVIRONMENT === 'development'
    return {
      ...settings,
      MAIL_TRANSPORT: MAIL_TRANSPORT ?? (isLocal ? 'log' : 'off'),
      WORKER_URL: WORKER_URL ?? (isLocal ? 'http://localhost:8787' : undefined),
    }
  })

export type Config = z.infer<typeof Settings>

const parsed = new WeakMap<object, Config>()

/** The settings of this isolate. Throws `misconfigured`, whose detail names each bad setting and how to correct it. */
export function configOf(env: object): Config {
  const known = parsed.get(env)
  if (known) return known
  const result = Settings.safeParse(env)
  if (!result.success) throw new AppError('misconfigured', { detail: result.error.issues.map(explain).join('; ') })
  parsed.set(env, result.data)
  return result.data
}

/** The dialects that are switched on. None where the settings are wrong: the request then fails with `misconfigured`. */
export function dialectsOn(env: object): Config['DIALECTS'] {
  try {
    return configOf(env).DIALECTS
  } catch {
    return []
  }
}

/**
 * A page for a person: of the frontend at PUBLIC_URL, where the token follows a #, which browsers send to no server and in
 * no referrer; without one, of the desk, which reads it without a script.
 */
export function linkTo({ PUBLIC_URL, WORKER_URL = '' }: Config, page: string, token?: string): string {
  if (PUBLIC_URL !== undefined) return `${PUBLIC_URL}/${page}${token === undefined ? '' : `#token=${token}`}`
  return `${WORKER_URL}/dashboard/${page}${token === undefined ? '' : `?token=${token}`}`
}

/** Whether it is known where pages for people are. */
export const hasPages = ({ PUBLIC_URL, WORKER_URL }: Config): boolean => (PUBLIC_URL ?? WORKER_URL) !== undefined

function explain({ path, message }: z.core.$ZodIssue): string {
  const name = String(path[0])
  const isSecret = /_(SECRET|PASS|SECRET_KEY|PREVIOUS)$/.test(name)
  const remedy = isSecret
    ? `set it with: npx wrangler secret put ${name} --env production`
    : 'see wrangler.toml, [vars]'
  return `${name} ${message} (${remedy})`
}
