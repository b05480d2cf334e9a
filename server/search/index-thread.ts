/** The thread that holds the names: it does what it is told, in order, and decides nothing (search-index.ts does). */
import { parentPort } from 'node:worker_threads'
import { findInIndex, type IndexQuestion } from './find-in-index.ts'
import type { IndexAnswer, IndexCall, IndexReply, IndexRequest, JobIndexFacts } from './index-messages.ts'
import { JobIndex } from './job-index.ts'
import { SearchError } from './search-error.ts'

const port = parentPort
if (port === null) throw new Error('this file is for worker threads')

const indexes = new Map<number, JobIndex>()
const beingFilled = new Map<number, JobIndex>()

port.on('message', ({ call, request }: IndexCall) => {
  port.postMessage(replyTo(call, request))
})

function replyTo(call: number, request: IndexRequest): IndexReply {
  try {
    return { call, answer: answer(request) }
  } catch (error) {
    if (error instanceof SearchError) return { call, fault: error.fault, message: error.message }
    return { call, error }
  }
}

function answer(request: IndexRequest): IndexAnswer {
  switch (request.kind) {
    case 'add': {
      if (request.isNew) beingFilled.set(request.jobId, new JobIndex())
      const index = beingFilled.get(request.jobId) ?? indexOf(request.jobId)
      const rows = index.add(asBuffer(request.rows))
      return { kind: 'job', facts: factsOf(index, rows) }
    }
    case 'finish': {
      const index = beingFilled.get(request.jobId) ?? indexOf(request.jobId)
      index.finish(request.version)
      beingFilled.delete(request.jobId)
      indexes.set(request.jobId, index)
      return { kind: 'job', facts: factsOf(index, 0) }
    }
    case 'abandon':
      beingFilled.delete(request.jobId)
      return { kind: 'done' }
    case 'drop':
      for (const jobId of request.jobIds) indexes.delete(jobId)
      return { kind: 'done' }
    case 'find':
      return { kind: 'found', found: findInIndex(withBuffers(request.question), indexOf) }
    default:
      return request satisfies never
  }
}

function indexOf(jobId: number): JobIndex {
  const index = indexes.get(jobId)
  if (index === undefined) throw new Error(`the names of job ${jobId} are not here`)
  return index
}

function factsOf(index: JobIndex, rows: number): JobIndexFacts {
  return { paths: index.count, bytes: index.bytes, rows, isOvergrown: index.isOvergrown }
}

/** What was a Buffer before it came here. */
function withBuffers(question: IndexQuestion): IndexQuestion {
  const { query, after } = question
  return {
    ...question,
    query:
      query.kind === 'text'
        ? { ...query, text: asBuffer(query.text), words: query.words.map(asBuffer) }
        : query.kind === 'glob'
          ? { ...query, pattern: asBuffer(query.pattern), literal: asBuffer(query.literal) }
          : query,
    after: after && { ...after, hash: asBuffer(after.hash) },
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
