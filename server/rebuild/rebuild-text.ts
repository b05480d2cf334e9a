/** What a rebuild did, for a terminal. Pure. */
import type { Finding, PeopleRestored, RebuildReport, RepositoryRebuilt } from './rebuild.ts'

const findingsShown = 20
const secondMs = 1000

export function rebuildText(report: RebuildReport): string {
  const { repositories, refused, milliseconds } = report
  return [
    `The database's side of ${count(repositories.length, 'repository', 'repositories')} was made anew in ${(milliseconds / secondMs).toFixed(1)} s.`,
    ...repositories.flatMap(repositoryLines),
    ...refused.map(({ folder, why }) => `\n${folder} was left as it is: ${why}.`),
    '',
    ...peopleLines(report.people),
    ...catalogueLines(report.versionsToCatalogue),
    'Computers go on with their next backup. What is old is kept, and no space is freed, until you have looked around and said so:',
    '  holdfast rebuild --confirm   (or the button under Storage)',
  ].join('\n')
}

function catalogueLines(versions: number): readonly string[] {
  if (versions === 0) return []
  return [
    `Files can be browsed and restored now. Search learns ${count(versions, 'version', 'versions')} again while the box runs.`,
  ]
}

function peopleLines(people: PeopleRestored): readonly string[] {
  switch (people.kind) {
    case 'kept':
      return []
    case 'restored':
      return [
        `People, customers, plans and computers are as of ${timeText(people.madeAtMs)}: the newest backup that the box made of itself.`,
      ]
    case 'none':
      return [
        'The database knew nobody and there is no backup of the box itself: set it up again (holdfast setup, or the first page).',
      ]
    case 'failed':
      return [`! The backup of the box itself could not be used: ${people.why} Customers and computers were made for the files.`]
    default:
      return people satisfies never
  }
}

function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

function repositoryLines(repository: RepositoryRebuilt): readonly string[] {
  const { uid, packs, chunks, versions, newVersions, forgotten, devices, newDevices, trashed, missing, findings } = repository
  const others = [
    trashed > 0 ? `${count(trashed, 'pack', 'packs')} in the trash` : '',
    forgotten > 0 ? `${count(forgotten, 'version', 'versions')} that had been forgotten` : '',
    missing > 0 ? `${count(missing, 'pack', 'packs')} that the database knew and no file is left of` : '',
  ].filter((part) => part !== '')
  const hidden = repository.findingsCount - Math.min(findings.length, findingsShown)
  return [
    '',
    `Repository ${uid}`,
    `  ${count(packs, 'pack', 'packs')} with ${count(chunks, 'record', 'records')}`,
    `  ${count(versions, 'version', 'versions')} of ${count(devices, 'computer', 'computers')}${newVersions > 0 ? `, ${newVersions} of them new to the database` : ''}`,
    ...others.map((part) => `  ${part}`),
    ...ownerLines(repository, newDevices),
    ...findings.slice(0, findingsShown).map((finding) => `  ! ${findingText(finding)}`),
    ...(hidden > 0 ? [`  ! and ${hidden} more: holdfast rebuild --json lists the first thousand`] : []),
  ]
}

function ownerLines({ isNewCustomer }: RepositoryRebuilt, newDevices: number): readonly string[] {
  const customer = isNewCustomer ? ['  Nobody knew whose it is: it has a customer of its own now.'] : []
  const devices =
    newDevices > 0
      ? [`  ${count(newDevices, 'computer has', 'computers have')} no login: connect each again with --replace and its number.`]
      : []
  return [...customer, ...devices]
}

export function findingText(finding: Finding): string {
  switch (finding.kind) {
    case 'put-aside':
      return `${finding.file} was put into quarantine: ${finding.why}`
    case 'unknown-file':
      return `${finding.file} is not of this repository; it was left alone`
    case 'unreadable':
      return `${finding.file}: ${finding.why}`
    case 'pack-damaged':
      return `pack ${finding.pack} is damaged: ${finding.why}; what is whole in it counts`
    case 'copy-made':
      return `one copy of pack ${finding.pack} was missing and was made from the other`
    case 'copy-damaged':
      return `one copy of pack ${finding.pack} is damaged: ${finding.why}; holdfast check mends it`
    case 'version-file-missing':
      return `the file of version ${finding.version} is gone; its row was kept`
    case 'version-sealed':
      return `version ${finding.version} keeps its job and counts to itself: ${finding.why}`
    case 'keys':
      return `key slot ${finding.what}: ${finding.why}`
    default:
      return finding satisfies never
  }
}

function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`
}
