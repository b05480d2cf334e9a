import { readFileSync } from 'node:fs'
import { AgentError } from '../errors/agent-error.ts'
import { FileTooLargeError, readSmallFile } from '../state/read-small-file.ts'

const passwordMaxBytes = 4096
const standardInput = '-'

/** The first line of the file; `-` reads standard input. @throws AgentError HF-PASSWORD-FILE-UNREADABLE */
export function readPasswordFile(path: string): string {
  const text = readText(path).split(/\r?\n/, 1)[0]!
  if (text === '') throw unreadable(`${nameOf(path)} is empty.`)
  return text
}

function readText(path: string): string {
  try {
    const bytes = path === standardInput ? readFileSync(0) : readSmallFile(path, passwordMaxBytes)
    if (!bytes) throw unreadable(`${path} does not exist.`)
    return bytes.toString('utf8')
  } catch (cause) {
    if (cause instanceof AgentError) throw cause
    if (cause instanceof FileTooLargeError)
      throw unreadable(`${path} holds more than ${passwordMaxBytes} bytes; that is no password.`)
    throw unreadable(`${nameOf(path)}: ${(cause as Error).message}.`)
  }
}

function nameOf(path: string): string {
  return path === standardInput ? 'Standard input' : path
}

function unreadable(detail: string): AgentError {
  return new AgentError('HF-PASSWORD-FILE-UNREADABLE', detail)
}
