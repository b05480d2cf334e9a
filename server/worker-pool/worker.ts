/** One worker thread: takes a task, answers, takes the next. It holds no state but caches; all it knows of the world is files. */
import { parentPort } from 'node:worker_threads'
import { diffFolders } from '../catalogue/diff-folders.ts'
import { checkPack } from '../checks/check-pack.ts'
import { readPack } from '../copies/read-pack.ts'
import { cutWindow } from '../deposits/cut-window.ts'
import { sealRecords } from '../deposits/seal-records.ts'
import { openRecords } from '../plaintexts/open-records.ts'
import { readTrailers } from '../rebuild/read-trailers.ts'
import type { TaskAnswer, TaskInput, TaskName, TaskRequest, TaskResponse } from './tasks.ts'

const handlers: { readonly [Name in TaskName]: (input: TaskInput<Name>) => TaskAnswer<Name> } = {
  'open-records': openRecords,
  'diff-folders': diffFolders,
  'check-pack': checkPack,
  'cut-window': cutWindow,
  'seal-records': sealRecords,
  'read-pack': readPack,
  'read-trailers': readTrailers,
}

const port = parentPort
if (port === null) throw new Error('this file is for worker threads')

port.on('message', (request: TaskRequest) => {
  const { response, transfer } = answer(request)
  port.postMessage(response, [...transfer])
})

function answer({ name, input }: TaskRequest): { response: TaskResponse; transfer: readonly ArrayBuffer[] } {
  try {
    const handler = handlers[name] as (input: TaskInput<TaskName>) => TaskAnswer<TaskName>
    const { output, transfer = [] } = handler(input)
    return { response: { kind: 'done', output }, transfer }
  } catch (error) {
    return { response: { kind: 'failed', error }, transfer: [] }
  }
}
