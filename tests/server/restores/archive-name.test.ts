import { expect, test } from 'vitest'
import { archiveName, versionFolders } from '../../../server/restores/archive-name.ts'

const lateEvening = Date.UTC(2026, 2, 24, 23, 30)

test.each([
  { timeZone: 'UTC', expect: 'Backup 2026-03-24' },
  { timeZone: 'Europe/Berlin', expect: 'Backup 2026-03-25' },
])('an archive of several things is called by the day in $timeZone', ({ timeZone, expect: name }) => {
  const paths = [[Buffer.from('a')], [Buffer.from('b')]]
  expect(archiveName(paths, lateEvening, timeZone).toString()).toBe(name)
})

test('one of a single thing is called like it', () => {
  expect(archiveName([[Buffer.from('home'), Buffer.from('Invoices')]], lateEvening, 'UTC').toString()).toBe('Invoices')
})

test('the folders of versions are one name each, whatever a computer is called', () => {
  const computers = ['RECEPTION-PC', 'RECEPTION-PC', '../../etc', '/root', 'a\\b', '..']
  const folders = versionFolders(
    computers.map((computer) => ({ computer, takenAtMs: lateEvening })),
    'Europe/Berlin',
  )
  const minute = '2026-03-25 00.30'
  expect(folders).toEqual([
    `RECEPTION-PC ${minute}`,
    `RECEPTION-PC ${minute} (2)`,
    `..-..-etc ${minute}`,
    `-root ${minute}`,
    `a-b ${minute}`,
    `.. ${minute}`,
  ])
})
