import type { z } from 'zod'
import type { Machine } from '../box.ts'
import type { Config } from '../config.ts'
import type { Services } from '../services.ts'

/*
 * One command of `holdfast`. Its two halves run in different places: `prepare` and `present` where it was called, with the
 * caller's folder and files; `run` where the services are, which is the serving process when there is one (over the control
 * socket), else this one. What goes from half to half is JSON.
 */

export const exitCodes = { ok: 0, failed: 1, wrongUsage: 2, partly: 3 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export type CommandOption = {
  /** `email`: what is given as `--email`. */
  readonly name: string
  /** A switch has no value; the word stands for the value in the help: `FILE`. */
  readonly value?: string
  readonly isRequired?: true
  readonly isRepeatable?: true
  readonly about: string
}

/** A word that stands by its place, without a name: required, shown in capitals. */
export type CommandWord = { readonly name: string; readonly about: string }

/** Options as they were given: a text, `true` for a switch, a list for a repeatable one. A word is given by its name. */
export type Given = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

/** The side of whoever called: paths are relative to their folder. */
export type Caller = {
  readonly given: Given
  readonly dataFolder: string
  /** The text of a small file without its last line end, for passwords; `-` reads standard input. */
  readonly readSecretFile: (path: string) => Promise<string>
  /** Refuses what `writeSecretFile` would refuse, before anything is done that cannot be taken back. */
  readonly checkNewSecretFile: (path: string) => void
  /** Writes a new file for its owner alone, durable; refuses an existing one and the data folder. */
  readonly writeSecretFile: (path: string, content: string | Uint8Array) => Promise<void>
}

/** The side of the services. */
export type CommandContext = {
  readonly services: Services
  /** A line on how far it is, for people; shown at once. */
  readonly report: (line: string) => void
  /** The caller is gone, or the server stops. */
  readonly signal: AbortSignal
}

/** For a command that makes the box it works on. */
export type LoneContext = Pick<CommandContext, 'report' | 'signal'> & {
  readonly config: Config
  readonly machine: Machine
  /** Ends it as Ctrl-C would: the database went to another server. */
  readonly onTaken: () => void
}

export type Outcome<Result> = { readonly result: Result; readonly exitCode?: ExitCode }

/** What the caller sees: `text` for people, `json` for `--json` (the result itself unless told). */
export type Presented = { readonly text: string; readonly json?: object }

export type CommandDefinition<Input, Result extends object> = {
  readonly name: string
  readonly words?: readonly CommandWord[]
  readonly options: readonly CommandOption[]
  readonly about?: string
  readonly input: z.ZodType<Input>
  readonly prepare: (caller: Caller) => Promise<Input> | Input
  readonly run: (input: Input, context: CommandContext) => Promise<Outcome<Result>>
  readonly present: (result: Result, caller: Caller) => Promise<Presented> | Presented
}

/** A command among others: its input is checked again where it runs; its result comes from the same program. */
export type Command = Pick<
  CommandDefinition<unknown, object>,
  'name' | 'words' | 'options' | 'about' | 'prepare' | 'run' | 'present'
> & {
  /** Instead of `run`, in a process of its own, before there is a box. */
  readonly runAlone?: (input: unknown, context: LoneContext) => Promise<Outcome<object>>
}

export function defineCommand<Input, Result extends object>(definition: CommandDefinition<Input, Result>): Command {
  return {
    ...definition,
    run: (input, context) => definition.run(definition.input.parse(input), context),
    present: (result, caller) => definition.present(result as Result, caller),
  }
}

/** A command that needs a data folder which no box uses. */
export function defineLoneCommand<Input, Result extends object>(
  definition: Omit<CommandDefinition<Input, Result>, 'run'> & {
    readonly runAlone: (input: Input, context: LoneContext) => Promise<Outcome<Result>>
  },
): Command {
  return {
    ...definition,
    run: () => {
      throw new UsageError(`${definition.name} is nothing for a box that runs.`)
    },
    runAlone: (input, context) => definition.runAlone(definition.input.parse(input), context),
    present: (result, caller) => definition.present(result as Result, caller),
  }
}

/** The command was called wrongly: exit code 2, with this and a pointer to its help. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What a later version can: exit code 2 and HF-NOT-IN-THIS-VERSION. */
export class NotInThisVersion extends Error {
  override readonly name = 'NotInThisVersion'

  constructor(what: string) {
    super(`${what} is not in this version of Holdfast`)
  }
}
