/** A check's report in words for the one who ran it. Pure. */
import { sizeText } from '../../views/format/size.ts'
import type { CheckReport, Damage, Notice, RepositoryReport } from './check.ts'
import { maxPathsListed } from './check.ts'

const words = { locale: 'en-GB', timeZone: 'UTC', nowMs: 0 }
const idCharacters = 16
const versionsNamed = 5

export interface NamedReport {
  readonly customer: string
  readonly report: RepositoryReport
}

export function checkText(isDataRead: CheckReport['isDataRead'], repositories: readonly NamedReport[]): string {
  if (repositories.length === 0) return 'There is nothing to check yet.'
  return repositories.flatMap((named) => repositoryLines(isDataRead, named)).join('\n')
}

function repositoryLines(isDataRead: boolean, { customer, report }: NamedReport): readonly string[] {
  const { packs, bytes, records, versions, damageCount, damage, notices } = report
  const what = isDataRead ? 'every record opened' : 'structure and sizes'
  const size = `${sizeText(words, bytes).replace('\u00a0', ' ')} in ${count(packs, 'pack')}`
  const head = `${customer}: ${count(versions, 'version')}, ${count(records, 'record')}, ${size}; ${what}: `
  if (damageCount === 0) return [`${head}all whole.`, ...notices.map(noticeLine)]
  return [
    `${head}${count(damageCount, 'fault')}.`,
    ...damage.map((found) => `  ${damageText(found)}`),
    ...(damageCount > damage.length ? [`  … and ${damageCount - damage.length} more.`] : []),
    ...notices.map(noticeLine),
    ...affectedLines(report),
  ]
}

function affectedLines({ affectedVersions, affectedPaths, arePathsComplete }: RepositoryReport): readonly string[] {
  if (affectedVersions.length === 0) return ['  Every version can be restored whole.']
  const sequence = new Map(affectedVersions.map(({ id, seq, job }) => [id, `${job} ${seq}`]))
  return [
    `  ${count(affectedVersions.length, 'version')} cannot be restored whole. Affected:`,
    ...affectedPaths.map(({ path, isFolder, versions }) => {
      const names = versions.slice(0, versionsNamed).map((id) => sequence.get(id) ?? id)
      const more = versions.length > versionsNamed ? ` and ${versions.length - versionsNamed} more` : ''
      return `    ${printable(path)}${isFolder ? '/ and all below' : ''} (${names.join(', ')}${more})`
    }),
    ...(arePathsComplete ? [] : [`    … this list ends here; it names at most ${maxPathsListed} paths.`]),
    '  What was marked is not believed any more: the next backup sends it again, where the computer still has it.',
  ]
}

function damageText(damage: Damage): string {
  switch (damage.kind) {
    case 'pack-missing':
      return `pack ${short(damage.pack)} is not there`
    case 'pack-damaged':
      return `pack ${short(damage.pack)}: ${damage.why}`
    case 'record-damaged':
      return `record ${short(damage.record)} in pack ${short(damage.pack)} at byte ${damage.offset}: ${damage.why}`
    case 'copy-damaged':
      return `${damage.copy}/${short(damage.pack)}: ${damage.why}; its other copy is whole`
    case 'index-wrong':
      return `pack ${short(damage.pack)} and the database disagree: ${damage.why}`
    case 'chunk-missing':
      return `record ${damage.record}… is needed and stored nowhere`
    case 'version-damaged':
      return `version ${damage.version}: ${damage.why}`
    case 'keys-damaged':
      return `${damage.what}: ${damage.why}`
    default:
      return damage satisfies never
  }
}

function noticeLine(notice: Notice): string {
  switch (notice.kind) {
    case 'file-unknown':
      return `  Note: nobody knows the file ${notice.file}; the next start takes it up or puts it aside.`
    case 'damage-replaced':
      return `  Note: pack ${short(notice.pack)} was damaged; all that a version needs of it has been sent again.`
    default:
      return notice satisfies never
  }
}

function short(id: string): string {
  return `${id.slice(0, idCharacters)}…`
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString(words.locale)} ${noun}${number === 1 ? '' : 's'}`
}

/** A name may hold anything, also what moves a terminal's cursor. */
function printable(path: Buffer): string {
  return path.toString('utf8').replaceAll(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`)
}
