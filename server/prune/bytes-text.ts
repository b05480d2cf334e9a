const units = ['KiB', 'MiB', 'GiB', 'TiB'] as const

/** Where nobody's language is known: logs, alarms, the terminal. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`
  const step = Math.min(units.length, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** step).toFixed(1)} ${units[step - 1]}`
}
