// A reading thread: takes whole files from the disk to sealed records in its packs.

import { parentPort, workerData } from 'node:worker_threads'
import { deriveKeys } from '../crypto/keys.ts'
import { ByteWriter } from '../format/bytes.ts'
import { type Extension, writeContent } from '../format/tree-entry.ts'
import { readXattrs } from '../system/posix.ts'
import { ChunkStore, StoppedError } from './chunk-store.ts'
import { FileReader } from './file-reader.ts'
import { skipReasonOf } from './walk.ts'
import type { FileProblem, FileToRead, FromWorker, SeenStat, ToWorker, WorkerStart } from './worker-protocol.ts'

const progressBytes = 8 * 1024 * 1024

const port = parentPort!
const start = workerData as WorkerStart
const keys = deriveKeys(start.secrets)
const store = new ChunkStore(start, keys, port)
let unreported = 0
const reader = new FileReader(store, keys, {
  onList: (id, plaintext) => post({ kind: 'list', id: Uint8Array.from(id), plaintext: Uint8Array.from(plaintext) }),
  onBytes(bytes) {
    unreported += bytes
    if (unreported >= progressBytes) reportProgress()
  },
})
const contents = new ByteWriter()

port.on('message', (message: ToWorker) => {
  try {
    handle(message)
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error
  }
})

function handle(message: ToWorker): void {
  switch (message.kind) {
    case 'knowledge':
      store.knowledge = message.knowledge
      break
    case 'read':
      readBatch(message.batch, message.files)
      break
    case 'flush':
      store.flush()
      post({ kind: 'flushed' })
      break
    default:
      message satisfies never
  }
}

function readBatch(batch: number, files: readonly FileToRead[]): void {
  contents.reset()
  const lengths: number[] = []
  const stats: SeenStat[] = []
  const problems: FileProblem[] = []
  const extensions: { index: number; list: readonly Extension[] }[] = []
  const addedBefore = store.addedBytes
  const storedBefore = store.addedStoredBytes
  files.forEach((file, index) => {
    const before = contents.length
    try {
      store.throwIfStopped()
      const read = reader.read(file.path, file)
      writeContent(contents, read.content)
      const { size, mtimeNs, ctimeNs, ino } = read.stat
      if (ctimeNs !== file.ctimeNs || read.size !== file.size)
        stats.push({ index, size: BigInt(read.size), mtimeNs, ctimeNs, inode: ino })
      if (read.isChanged)
        problems.push({ index, reason: 'changed', detail: `it was ${size} bytes when opened and changed while it was read` })
      const list = readXattrs(file.path)
      if (list.length > 0) extensions.push({ index, list })
    } catch (error) {
      if (error instanceof StoppedError || !isSystemError(error)) throw error
      problems.push({ index, reason: skipReasonOf(error), detail: error.message })
    }
    lengths.push(contents.length - before)
  })
  reader.settle()
  reportProgress()
  const bytes = Uint8Array.from(contents.view())
  const added = { addedBytes: store.addedBytes - addedBefore, addedStoredBytes: store.addedStoredBytes - storedBefore }
  port.postMessage(
    { kind: 'results', batch, contents: bytes, lengths, stats, problems, extensions, ...added } satisfies FromWorker,
    [bytes.buffer],
  )
}

function reportProgress(): void {
  if (unreported > 0) post({ kind: 'progress', bytes: unreported })
  unreported = 0
}

function post(message: FromWorker): void {
  port.postMessage(message)
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error
}
