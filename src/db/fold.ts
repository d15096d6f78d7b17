// Folding: text as it is compared and sorted by, without case, accents and surrounding space.

export function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim().replace(/\s+/g, ' ')
}
