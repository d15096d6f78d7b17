// libphonenumber's matchesEntirely, which makes a regular expression anew at each call: here each is made once.

/** There are about two thousand patterns; files have numbers of a few countries. */
const MAX_PATTERNS = 500
const known = new Map<string, RegExp>()

/** Whether a pattern matches the whole text. */
export default function matchesEntirely(text: string | undefined, pattern: string): boolean {
  const made = known.get(pattern) ?? new RegExp(`^(?:${pattern})$`)
  if (known.size >= MAX_PATTERNS) known.clear()
  known.set(pattern, made)
  return made.test(text ?? '')
}
