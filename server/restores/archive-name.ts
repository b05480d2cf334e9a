/** What an archive is called, and the folders of versions in it. Pure. */
import type { VersionPath } from '../snapshots/version-path.ts'

/** After the only thing in it; else, and where that has no name of its own, by the day as its reader's calendar has it. */
export function archiveName(paths: readonly VersionPath[], takenAtMs: number, timeZone: string): Buffer {
  const only = paths.length === 1 ? paths[0]?.at(-1) : undefined
  return only ?? Buffer.from(`Backup ${localTime(takenAtMs, timeZone).toPlainDate()}`)
}

/** `RECEPTION-PC 2026-03-24 18.01`, each once, and each one name: computers may be called by slashes, which would lead elsewhere. */
export function versionFolders(
  versions: readonly { readonly computer: string; readonly takenAtMs: number }[],
  timeZone: string,
): readonly string[] {
  const given = new Map<string, number>()
  return versions.map(({ computer, takenAtMs }) => {
    const name = `${computer.replaceAll(refused, '-')} ${minuteOf(takenAtMs, timeZone)}`
    const times = (given.get(name) ?? 0) + 1
    given.set(name, times)
    return times === 1 ? name : `${name} (${times})`
  })
}

/** Not escaped as names of files are: a ZIP would escape that once more. */
const refused = /[\p{Cc}\\/:*?"<>|]/gu

function minuteOf(ms: number, timeZone: string): string {
  return localTime(ms, timeZone).toString({ smallestUnit: 'minute' }).replace('T', ' ').replace(':', '.')
}

function localTime(ms: number, timeZone: string): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDateTime()
}
