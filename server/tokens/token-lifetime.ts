const unitMs = { h: 60 * 60 * 1000, d: 24 * 60 * 60 * 1000 } as const
/** Ten years: longer than any box; who wants no end says so. */
const maxLifetimeMs = 3660 * unitMs.d

/** `90d`, `12h` or `never` (no number then); undefined for anything else. */
export function findLifetime(text: string): { readonly ms: number | undefined } | undefined {
  if (text === 'never') return { ms: undefined }
  const [, digits, unit] = /^(\d{1,6})([hd])$/.exec(text) ?? []
  if (digits === undefined || unit === undefined) return undefined
  const ms = Number(digits) * unitMs[unit as keyof typeof unitMs]
  return ms > 0 && ms <= maxLifetimeMs ? { ms } : undefined
}
