// The agent's entry: builds the surroundings from the real process, runs the program, and ends with its exit code. The only file that
// reads the environment, the clock and chance.

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import packageFile from '../package.json' with { type: 'json' }
import { argumentBytes } from './command-line/argument-bytes.ts'
import { runProgram } from './command-line/run-program.ts'
import type { Surroundings, Terminal, TextOutput } from './command-line/surroundings.ts'

const usualColumns = 80

function outputTo(stream: NodeJS.WriteStream): TextOutput {
  // A reader that went away (`| head`) must not end a backup.
  stream.on('error', () => {})
  return {
    isTerminal: stream.isTTY === true,
    columns: () => stream.columns || usualColumns,
    write: (text) => {
      if (!stream.errored) stream.write(text)
    },
  }
}

/** The first signal asks for a clean end, a second one does not wait for it. */
function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(1)
      stop.abort()
    })
  return stop.signal
}

function terminalWith(stop: AbortSignal): Terminal {
  const question = async (text: string, output: Writable, onQuiet?: () => void) => {
    const lines = createInterface({ input: process.stdin, output, terminal: true })
    // Only now does the terminal itself echo nothing: who is asked any earlier may see the password on the screen.
    onQuiet?.()
    const giveUp = new AbortController()
    // The terminal is in raw mode while it is read: Ctrl-C arrives as a key.
    lines.once('SIGINT', () => giveUp.abort()).once('close', () => giveUp.abort())
    try {
      return await lines.question(text, { signal: AbortSignal.any([stop, giveUp.signal]) })
    } finally {
      lines.close()
    }
  }
  return {
    ask: (text) => question(text, process.stderr),
    async askSecret(text) {
      const nowhere = new Writable({ write: (_bytes, _encoding, done) => done() })
      try {
        return await question('', nowhere, () => process.stderr.write(text))
      } finally {
        process.stderr.write('\n')
      }
    },
  }
}

/** Everything written must have left before the process goes. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.errored || stream.destroyed) resolve()
    else stream.write('', () => resolve())
  })
}

const words = process.argv.slice(2)
const stop = stopSignal()
const dateFormat = Intl.DateTimeFormat().resolvedOptions()
const surroundings: Surroundings = {
  environment: process.env,
  platform: process.platform,
  homeFolder: homedir(),
  workingFolder: process.cwd(),
  hostName: hostname(),
  isRoot: process.getuid?.() === 0,
  processId: process.pid,
  now: () => Date.now(),
  timeZone: dateFormat.timeZone,
  locale: dateFormat.locale,
  randomBytes: (length) => randomBytes(length),
  output: outputTo(process.stdout),
  errors: outputTo(process.stderr),
  terminal: process.stdin.isTTY && process.stderr.isTTY ? terminalWith(stop) : undefined,
  stop,
  bytesOfArgument: argumentBytes(words, () => readFileSync('/proc/self/cmdline')),
}

const exitCode = await runProgram(words, packageFile.version, surroundings)
await Promise.all([flushed(process.stdout), flushed(process.stderr)])
// Not by running dry: a helper that the system was asked through may still hang, and has nothing more to say.
process.exit(exitCode)
