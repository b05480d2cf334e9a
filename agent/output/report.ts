import { nameText } from '../../views/format/name-text.ts'
import type { TextOutput } from '../command-line/surroundings.ts'
import type { Explanation } from '../errors/explain-error.ts'

/*
 * How a command tells what it found. For people: answers on standard output, everything else on standard error. For programs (--json):
 * objects on standard output, one a line, and nothing else.
 */
export interface Report {
  readonly isJson: boolean
  /** The answer of a command. */
  answer(json: object, lines: readonly string[]): void
  /** Part of a long answer, for people only. */
  text(lines: readonly string[]): void
  /** Something happened in a long command: a line each. Without a line only programs are told. */
  event(json: EventObject, line?: string): void
  /** A remark for people. */
  note(line: string): void
  /** Why the command failed. `isLastEvent`: as the summary that ends a stream of events. */
  failure(explanation: Explanation, options: { readonly isLastEvent: boolean }): void
}

export type EventObject = { readonly event: string } & Readonly<Record<string, unknown>>

export function openReport(options: {
  readonly isJson: boolean
  readonly output: TextOutput
  readonly errors: TextOutput
}): Report {
  const { isJson, output, errors } = options
  const print = (lines: readonly string[]) => {
    if (lines.length > 0) output.write(`${lines.join('\n')}\n`)
  }
  const printJson = (json: object) => output.write(`${JSON.stringify(json)}\n`)
  return {
    isJson,
    answer(json, lines) {
      if (isJson) printJson(json)
      else print(lines)
    },
    text(lines) {
      if (!isJson) print(lines)
    },
    event(json, line) {
      if (isJson) printJson(json)
      else if (line !== undefined) output.write(`${line}\n`)
    },
    note(line) {
      if (!isJson) errors.write(`${line}\n`)
    },
    failure(explanation, { isLastEvent }) {
      const { exitCode } = explanation
      const error = failureJson(explanation)
      if (!isJson) errors.write(`${failureLines(explanation).join('\n')}\n`)
      else printJson(isLastEvent ? { event: 'summary', verdict: 'failed', exitCode, error } : { error })
    },
  }
}

/** As the box writes its problems: the standard members, and those of this case beside them. */
export function failureJson({ exitCode: _, members, ...error }: Explanation): object {
  return { ...members, ...error }
}

/** What happened, why, who can fix it, what to do, and the code to look up. */
export function failureLines({ title, detail, who, hint, code, requestId }: Explanation): readonly string[] {
  return [
    `${title} (${code})`,
    ...(withoutStop(detail) === withoutStop(title) ? [] : [`  Why:        ${safeText(detail)}`]),
    `  Who:        ${whoWords[who] ?? safeText(who)} can fix this`,
    ...(hint === '' ? [] : [`  What to do: ${safeText(hint)}`]),
    ...(requestId === undefined ? [] : [`  Request:    ${safeText(requestId)}`]),
  ].map((line) => line.trimEnd())
}

const whoWords: Readonly<Record<string, string>> = {
  you: 'you',
  implementor: 'whoever set Holdfast up for you',
  administrator: 'the administrator of the box',
  network: 'whoever looks after the network',
}

/** Other programs' words reach the terminal without what could command it. */
function safeText(text: string): string {
  return nameText(Buffer.from(text))
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '')
}
