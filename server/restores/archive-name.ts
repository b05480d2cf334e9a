/** What an archive is called, and the folders of versions in it. Pure. */
import type { VersionPath } from '../snapshots/version-path.ts'

/** After the only thing in it; else, and where that has no name of its own, by the day. */
export function archiveName(paths: readonly VersionPath[], takenAtMs: number): Buffer {
  const only = paths.length === 1 ? paths[0]?.at(-1) : undefined
  return only ?? Buffer.from(`Backup ${dayOf(takenAtMs)}`)
}

/** `RECEPTION-PC 2026-03-24 18.01`, each once. */
export function versionFolders(
  versions: readonly { readonly computer: string; readonly takenAtMs: number }[],
  timeZone: string,
): readonly string[] {
  const given = new Map<string, number>()
  return versions.map(({ computer, takenAtMs }) => {
    const name = `${computer} ${minuteOf(takenAtMs, timeZone)}`
    const times = (given.get(name) ?? 0) + 1
    given.set(name, times)
    return times === 1 ? name : `${name} (${times})`
  })
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

function minuteOf(ms: number, timeZone: string): string {
  const at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDateTime()
  return at.toString({ smallestUnit: 'minute' }).replace('T', ' ').replace(':', '.')
}
