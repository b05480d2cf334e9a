import { AgentError } from '../errors/agent-error.ts'

/*
 * Reads what the box answers. The box is another program of another version: every field is looked at once, here, and from then on has
 * a type. Small by intention; a schema library would cost every start more than all of the reading.
 */
export class AnswerReader {
  readonly #value: Readonly<Record<string, unknown>>
  readonly #where: string

  constructor(value: unknown, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unexpected(where, 'an object')
    this.#value = value as Readonly<Record<string, unknown>>
    this.#where = where
  }

  text(name: string): string {
    const value = this.#value[name]
    if (typeof value !== 'string') throw unexpected(this.#place(name), 'text')
    return value
  }

  optionalText(name: string): string | undefined {
    return this.#isAbsent(name) ? undefined : this.text(name)
  }

  /** As it came: for whoever checks it otherwise. */
  whole(name: string): object {
    const value = this.#value[name]
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unexpected(this.#place(name), 'an object')
    return value
  }

  number(name: string): number {
    const value = this.#value[name]
    if (typeof value !== 'number' || !Number.isFinite(value)) throw unexpected(this.#place(name), 'a number')
    return value
  }

  optionalNumber(name: string): number | undefined {
    return this.#isAbsent(name) ? undefined : this.number(name)
  }

  flag(name: string): boolean {
    const value = this.#value[name]
    if (typeof value !== 'boolean') throw unexpected(this.#place(name), 'true or false')
    return value
  }

  optionalFlag(name: string): boolean | undefined {
    return this.#isAbsent(name) ? undefined : this.flag(name)
  }

  /** RFC 3339, as ms since 1970. */
  time(name: string): number {
    const atMs = Date.parse(this.text(name))
    if (Number.isNaN(atMs)) throw unexpected(this.#place(name), 'a time')
    return atMs
  }

  optionalTime(name: string): number | undefined {
    return this.#isAbsent(name) ? undefined : this.time(name)
  }

  oneOf<const T extends string>(name: string, values: readonly T[]): T {
    const text = this.text(name)
    const found = values.find((value) => value === text)
    if (found === undefined) throw unexpected(this.#place(name), `one of ${values.join(', ')}`)
    return found
  }

  object(name: string): AnswerReader {
    return new AnswerReader(this.#value[name], this.#place(name))
  }

  optionalObject(name: string): AnswerReader | undefined {
    return this.#isAbsent(name) ? undefined : this.object(name)
  }

  list<T>(name: string, read: (item: AnswerReader) => T): readonly T[] {
    return this.values(name).map((item, index) => read(new AnswerReader(item, `${this.#place(name)}[${index}]`)))
  }

  values(name: string): readonly unknown[] {
    const value = this.#value[name]
    if (!Array.isArray(value)) throw unexpected(this.#place(name), 'a list')
    return value
  }

  /** As it came, for what is handed on whole. */
  raw(name: string): object {
    const value = this.#value[name]
    if (typeof value !== 'object' || value === null) throw unexpected(this.#place(name), 'an object')
    return value
  }

  #isAbsent(name: string): boolean {
    return this.#value[name] === undefined || this.#value[name] === null
  }

  #place(name: string): string {
    return `${this.#where}.${name}`
  }
}

function unexpected(where: string, wanted: string): AgentError {
  return new AgentError('HF-ANSWER-UNEXPECTED', `The box's answer has not ${wanted} at ${where}.`)
}
