/** What the daemon does with a state folder that cannot be written. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openWorkBook, writingWhereItCan } from '../../../agent/daemon/work-book.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test('what is due waits for a state folder that cannot be written, is said once, and is written when it can be', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'work.json')
  const book = openWorkBook(path, 'dev_x')
  const said: string[] = []
  const write = writingWhereItCan(book, { write: (words) => said.push(words) })
  const due = { doneUntil: { office: { schedules: 'daily 18:00', atMs: 5 } } }
  // Nothing takes the place of a folder that holds something.
  mkdirSync(join(path, 'in the way'), { recursive: true })
  write(due)
  write(due)
  expect(book.now().doneUntil).toEqual({})
  expect(said).toEqual(['the schedule waits'])
  rmSync(path, { recursive: true })
  write(due)
  expect(openWorkBook(path, 'dev_x').now().doneUntil).toEqual(due.doneUntil)
})
