import type { Reader } from '../reader.ts'

/** Formatters are slow to make and quick to use. Locale and zone come from the browser, so the number kept is bounded. */
const maxFormattersKept = 256

function remembered<Options, Format>(make: (reader: Reader, options: Options) => Format) {
  const kept = new Map<string, Format>()
  return (reader: Reader, options: Options): Format => {
    const key = `${reader.locale} ${reader.timeZone} ${JSON.stringify(options)}`
    const found = kept.get(key)
    if (found !== undefined) return found
    if (kept.size >= maxFormattersKept) kept.clear()
    const made = make(reader, options)
    kept.set(key, made)
    return made
  }
}

export const dateFormat = remembered(
  (reader, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(reader.locale, { timeZone: reader.timeZone, ...options }),
)

export const numberFormat = remembered(
  (reader, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(reader.locale, options),
)
