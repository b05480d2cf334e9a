/**
 * All that the program takes from the world around it. main.ts fills it in from the real process, tests from what they like; nothing
 * below reads the environment, the clock or chance by itself.
 */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly homeFolder: string
  readonly workingFolder: string
  readonly hostName: string
  readonly isRoot: boolean
  readonly processId: number
  readonly now: () => number
  /** IANA name; what `restore 2026-03-14` means depends on it. */
  readonly timeZone: string
  readonly locale: string
  readonly randomBytes: (length: number) => Buffer
  readonly output: TextOutput
  readonly errors: TextOutput
  /** Undefined when there is nobody to ask. */
  readonly terminal: Terminal | undefined
  /** Aborts when the user wants the program to stop: Ctrl-C, or the system's signal. */
  readonly stop: AbortSignal
  /** An argument as the bytes that were given; the text alone loses names that are not UTF-8. */
  readonly bytesOfArgument: (argument: string) => Buffer
}

export interface TextOutput {
  readonly isTerminal: boolean
  /** Columns of the terminal now; it may change. */
  columns(): number
  write(text: string): void
}

/** Somebody who can answer. */
export interface Terminal {
  ask(question: string): Promise<string>
  /** What is typed is not shown. */
  askSecret(question: string): Promise<string>
}
