// Settings: every variable and secret of the Worker, parsed once per isolate into a typed Config.
import { z } from 'zod'
import { AppError } from './errors'

const whole = (fallback: number, min = 1, max = 1_000_000_000) =>
  z.coerce.number('must be a whole number').int('must be a whole number').min(min).max(max).default(fallback)

const origins = z
  .string()
  .default('')
  .transform((list) => list.split(',').map((origin) => origin.trim().replace(/\/$/, '')))
  .transform((list) => list.filter((origin) => origin !== ''))
  .refine((list) => list.every((origin) => /^https?:\/\/[^/\s*]+$/.test(origin)), {
    error: 'must be a comma-separated list of origins such as https://app.example.com (no *, no path)',
  })

const Settings = z
  .object({
    ENVIRONMENT: z.enum(['development', 'production']).default('production'),
    JWT_SECRET: z.string('is missing').min(32, 'must have at least 32 characters'),
    CORS_ORIGINS: origins,
    SIGNUP: z.enum(['open', 'invite', 'closed']).default('invite'),
    BCRYPT_COST: whole(10, 4, 15),
    RATE_LIMIT_MAX: whole(100),
    RATE_LIMIT_WINDOW_SECONDS: whole(900, 1, 86_400),
    AUTH_RATE_LIMIT_MAX: whole(50),
    ENQUIRY_DAILY_MAX: whole(50),
    ENQUIRY_DAILY_MAX_PER_EMAIL: whole(5),
    TURNSTILE_SECRET: z.string().min(1).optional(),
    TURNSTILE_VERIFY_URL: z.url().default('https://challenges.cloudflare.com/turnstile/v0/siteverify'),
  })
  .refine((s) => s.ENVIRONMENT !== 'production' || !s.JWT_SECRET.startsWith('dev-only'), {
    path: ['JWT_SECRET'],
    error: 'is the development value; production needs one of its own',
  })

export type Config = z.infer<typeof Settings>

const parsed = new WeakMap<object, Config>()

/** The settings of this isolate; throws `misconfigured`, in one line that names each bad setting and the mend. */
export function configOf(env: object): Config {
  const known = parsed.get(env)
  if (known) return known
  const result = Settings.safeParse(env)
  if (!result.success) throw new AppError('misconfigured', { detail: result.error.issues.map(explain).join('; ') })
  parsed.set(env, result.data)
  return result.data
}

function explain({ path, message }: z.core.$ZodIssue): string {
  const name = String(path[0])
  const isSecret = name.endsWith('_SECRET')
  const mend = isSecret ? `set it with: npx wrangler secret put ${name} --env production` : 'see wrangler.toml, [vars]'
  return `${name} ${message} (${mend})`
}
